import { clockAndChanceSource } from './clock-and-chance.source.js';
import { codecRestoreSource } from './codec-restore.source.js';
import { codecSaveSource } from './codec-save.source.js';
import { freezeSource } from './freeze.source.js';
import { sharedObjectsSource } from './shared-objects.source.js';
import { toSourceSource } from './to-source.source.js';
import { viewSource } from './view.source.js';
import { xmlValueSource } from './xml-value.source.js';

/**
 * Guest source of a realm: an expression that evaluates to `(host, sandboxed, dialect) => realm`.
 *
 * `host(op, json)` is the only way out; it answers with a number, a string or undefined. Session data lives in scope
 * objects that the host holds; the realm itself keeps nothing of a session between evaluations except the current
 * event, which the host replaces when another session runs.
 *
 * The same text runs in the sandbox and, for trusted applications, in the host's own realm, where it must not touch
 * the intrinsics: then `sandboxed` is false.
 */
export const realmSource = `(function (host, sandboxed, dialect) {
${clockAndChanceSource}
${xmlValueSource}
${toSourceSource}
${sharedObjectsSource}
${codecSaveSource}
${codecRestoreSource}
${viewSource}
var globals = { Date: makeDate(Date, host), Math: makeMath(Math, host) };
${freezeSource}
${String.raw`
globals.In = function In(id) { return host('in', JSON.stringify(String(id))) === 1; };
if (dialect === 'ors') {
  globals.uneval = uneval;
  globals.__Log = function __Log(text, label, level) {
    host('log', JSON.stringify([String(text), label === undefined ? null : String(label), Number(level) || 1]));
  };
  globals.__Raise = function __Raise(name, parameters) {
    host('raise', JSON.stringify([String(name), parameters === undefined ? {} : parameters]));
  };
  globals.__GetDocumentURL = function __GetDocumentURL() { return host('url'); };
  globals.__GetCurrentStates = function __GetCurrentStates() { return JSON.parse(host('states')); };
}

var system = Object.create(null), loops = [], position = [0];
system._event = undefined;
['_sessionid', '_name', '_x'].forEach(function (name) {
  Object.defineProperty(system, name, { get: function () { return JSON.parse(host(name)); } });
});
/** What code with a dynamic scope sees of the system variables: it cannot assign to them. */
var view = Object.create(null);
['_event', '_sessionid', '_name', '_x'].forEach(function (name) {
  Object.defineProperty(view, name, {
    get: function () { return system[name]; },
    set: function () { readOnly(name); },
    enumerable: true,
  });
});
Object.freeze(view);

/** One object per session, so that it is equal to itself. */
function ioprocessors(scope) {
  var known = scope[ioprocessorsKey];
  if (known === undefined) {
    known = JSON.parse(host('_ioprocessors'));
    Object.keys(known).forEach(function (name) { Object.freeze(known[name]); });
    scope[ioprocessorsKey] = Object.freeze(known);
  }
  return known;
}

function readOnly(name) { throw new TypeError(name + ' is read-only.'); }

function parse(text) {
  return text.indexOf('"$xml"') < 0 ? JSON.parse(text) : JSON.parse(text, function (key, value) {
    return value !== null && typeof value === 'object' && typeof value.$xml === 'string'
      ? xmlValue(host, value.$xml) : value;
  });
}

/**
 * Sets the current event from JSON text, empty if there is none. XML values in it are only looked for when the host
 * asks for it. Where the application only reads fields of the event, nobody can tell that it is not frozen and that
 * its blank fields are inherited.
 */
function setEvent(text) {
  system._event = text === '' ? undefined : eventIsOnlyRead.value
    ? Object.setPrototypeOf(protect(JSON.parse(text)), blankEvent) : completeEvent(protect(JSON.parse(text)));
}
function setXmlEvent(text) { system._event = completeEvent(protect(parse(text))); }
/** In the 2009 dialect, the resource that an event names is the platform's: applications copy it before they change it. */
function protect(given) {
  if (given.readonly) {
    delete given.readonly;
    freezeData(given.data.resource);
  }
  return given;
}
function freezeData(value) {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return;
  Object.freeze(value);
  Object.keys(value).forEach(function (key) { freezeData(value[key]); });
}
var eventIsOnlyRead = { value: false };
var blankEvent = Object.freeze({
  name: undefined, type: undefined, sendid: undefined, origin: undefined, origintype: undefined, invokeid: undefined,
  data: undefined,
});
function completeEvent(given) {
  var event = {
    name: given.name, type: given.type, sendid: given.sendid, origin: given.origin, origintype: given.origintype,
    invokeid: given.invokeid, data: given.data,
  };
  if (given.raw !== undefined) event.raw = given.raw;
  return Object.freeze(event);
}

function toJson(values) { return JSON.stringify(values); }

/** Opens a loop over a copy of the array; the host closes it. */
function openLoop(array) {
  if (!Array.isArray(array)) throw new TypeError('foreach needs an array.');
  loops.push(array.slice());
  return array.length;
}
function closeLoops(depth) { loops.length = depth; }

function has(object, name) { return Object.prototype.hasOwnProperty.call(object, name); }

/** Describes anything that was thrown. The words are the host's to judge: a guest can throw what it likes. */
function describe(error) {
  var name = 'Error', message, stack = '';
  if (error !== null && typeof error === 'object' && error instanceof Error) {
    name = String(error.name);
    message = String(error.message);
    stack = String(error.stack);
  } else {
    message = sourceOf(error, []);
  }
  return JSON.stringify([name.slice(0, 100), message.slice(0, 1000), position[0], stack.slice(0, 1000)]);
}

var factories = [];
function restoreFunction(scope, number) {
  var factory = factories[number];
  if (factory === undefined) {
    factory = compile('function (__$s) { return ' + host('function', String(number)) + '; }')[0];
    factories[number] = factory;
  }
  return registerFunction(number, factory(scope));
}

var names, values;
/** Compiles the texts of functions, separated by commas, into an array of functions. */
function compile(text) {
  return Function.apply(null, names.concat(['return [\n' + text + '\n]'])).apply(undefined, values);
}

/** What host functions the prelude gets. */
var gateway = Object.freeze({
  call: function call(op) {
    host('call', JSON.stringify([String(op), Array.prototype.slice.call(arguments, 1)]));
  },
  called: function called(op) {
    var args = host('called', JSON.stringify(String(op)));
    return args === undefined ? undefined : JSON.parse(args);
  },
  env: function env() { return JSON.parse(host('env')); },
});

/**
 * Freezes what all sessions of the realm share, except the global object itself, which still gets names when the realm
 * is opened. Done once, before the memory of a prepared instance is copied.
 */
function prepare() {
  if (!sandboxed) return;
  Date.prototype.constructor = globals.Date;
  if (dialect === 'ors') {
    Object.defineProperty(Object.prototype, 'toSource', {
      value: inheritedToSource, writable: true, enumerable: false, configurable: true,
    });
  }
  allowOverrides();
  Object.keys(globals).forEach(function (name) {
    Object.defineProperty(globalThis, name, { value: globals[name], writable: true, configurable: true });
    deepFreeze(globals[name]);
  });
  hiddenIntrinsics().forEach(deepFreeze);
  Reflect.ownKeys(globalThis).forEach(function (name) {
    if (name !== 'globalThis') deepFreeze(globalThis[name]);
  });
  [XmlNode, XmlDocument, XmlElement, XmlText, gateway].forEach(deepFreeze);
}

/** False if no code of the application makes accessors: then storing need not look for them. */
var mayHaveAccessors = { value: true };

/**
 * Evaluates the prelude and closes the realm. Returns the names that expressions see, as JSON. Bits of the traits: 1 code
 * of the application may make accessors, 2 it only reads fields of the event. Extensions: what it adds to the language.
 */
function open(prelude, traits, extensions) {
  mayHaveAccessors.value = (traits & 1) !== 0;
  eventIsOnlyRead.value = (traits & 2) !== 0;
  var own = Object.keys(globals), added = {};
  if (prelude !== '') {
    var evaluate = Function.apply(null, own.concat(['host', 'return (' + prelude + '\n)']));
    var make = evaluate.apply(undefined, own.map((name) => globals[name]).concat([gateway]));
    if (typeof make !== 'function') throw new TypeError('The prelude must evaluate to a function.');
    added = Object(make(gateway));
  }
  Object.keys(added).forEach((name) => {
    globals[name] = added[name];
    if (sandboxed) {
      Object.defineProperty(globalThis, name, { value: added[name], writable: true, configurable: true });
      deepFreeze(added[name]);
    } else {
      deepFreezeOwn(added[name]);
    }
  });
  if (sandboxed) {
    extensions.forEach(extend);
    extendable.forEach(Object.freeze);
    Object.freeze(globalThis);
  }
  names = Object.keys(globals);
  values = names.map((name) => globals[name]);
  names.push('__$f', '__$y', '__$v', '__$r', '__$e', '__$j', '__$p', '__$i', '__$l', '__$o', '__$h', '__$d', '__$m',
    '__$t', '__$g', '__$c', '__$k', '__$u');
  values.push(registerFunction, system, view, readOnly, setEvent, toJson, parse, position, loops, openLoop, has,
    describe, (text) => xmlValue(host, text), toSource, ioprocessors, registerClosure, starting, current);
  return JSON.stringify(Object.keys(globals));
}

/** Freezes a graph without touching the prototypes that it shares with the host. */
function deepFreezeOwn(root) {
  var seen = new Set(), pending = [root];
  while (pending.length > 0) {
    var next = pending.pop();
    if (next === null || (typeof next !== 'object' && typeof next !== 'function') || seen.has(next)) continue;
    seen.add(next);
    Reflect.ownKeys(next).forEach((key) => {
      var descriptor = Object.getOwnPropertyDescriptor(next, key);
      if ('value' in descriptor && typeof descriptor.value !== 'function') pending.push(descriptor.value);
    });
    if (!Object.isFrozen(next)) Object.freeze(next);
  }
}

var sharedObjects = makeSharedObjects(globals);
return {
  prepare: prepare,
  open: open,
  compile: compile,
  setXmlEvent: setXmlEvent,
  closeLoops: closeLoops,
  describe: describe,
  save: makeSave(sharedObjects, mayHaveAccessors),
  restore: makeRestore(host, restoreFunction, sharedObjects, ioprocessors),
  view: viewScope,
};
})`}`;
