/**
 * Guest source: freezes everything that sessions share. Prototypes whose properties authors commonly override on
 * their own objects (`o.toString = ...`) get accessors instead of frozen data properties, because an inherited
 * read-only property would forbid the assignment (the "override mistake").
 */
export const freezeSource = `
function allowOverride(prototype, key) {
  var descriptor = Object.getOwnPropertyDescriptor(prototype, key);
  if (descriptor === undefined || !('value' in descriptor) || !descriptor.configurable) return;
  var value = descriptor.value;
  Object.defineProperty(prototype, key, {
    get: function () { return value; },
    set: function (replacement) {
      if (this === prototype || this === null || typeof this !== 'object' && typeof this !== 'function') {
        throw new TypeError('Cannot assign to read only property ' + String(key));
      }
      Object.defineProperty(this, key, {
        value: replacement, writable: true, enumerable: true, configurable: true,
      });
    },
    enumerable: false,
    configurable: false,
  });
}
function allowOverrides() {
  var overridable = [
    [Object.prototype, Reflect.ownKeys(Object.prototype).filter(function (key) { return key !== '__proto__'; })],
    [Function.prototype, ['constructor', 'name', 'toString', 'call', 'apply', 'bind']],
    [Error.prototype, ['constructor', 'name', 'message', 'toString']],
    [Array.prototype, ['constructor', 'toString', 'toLocaleString']],
    [Date.prototype, ['constructor', 'toString', 'toJSON', 'valueOf']],
    [RegExp.prototype, ['constructor', 'toString']],
    [Map.prototype, ['constructor']], [Set.prototype, ['constructor']],
  ];
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].forEach(function (type) {
    overridable.push([type.prototype, ['constructor', 'name', 'message']]);
  });
  overridable.forEach(function (pair) { pair[1].forEach(function (key) { allowOverride(pair[0], key); }); });
}
/** Objects of the language that an application may add to; they are closed when the realm is opened. */
var extendable = [];
['String', 'Number', 'Boolean', 'Array', 'Date', 'Function', 'Object', 'RegExp', 'Error', 'Math', 'JSON'].forEach(function (name) {
  var object = globals[name] || globalThis[name];
  extendable.push(object);
  if (typeof object === 'function') extendable.push(object.prototype);
});
/** What is there cannot be changed any more, but there can be more. */
function lock(object) {
  Reflect.ownKeys(object).forEach(function (key) {
    var isValue = 'value' in Object.getOwnPropertyDescriptor(object, key);
    Object.defineProperty(object, key, isValue ? { writable: false, configurable: false } : { configurable: false });
  });
}
function deepFreeze(root) {
  var seen = new Set(), pending = [root];
  while (pending.length > 0) {
    var next = pending.pop();
    if (next === null || (typeof next !== 'object' && typeof next !== 'function')) continue;
    // A frozen object has been through here; the global object is frozen last, by itself.
    if (seen.has(next) || next === globalThis) continue;
    seen.add(next);
    pending.push(Object.getPrototypeOf(next));
    Reflect.ownKeys(next).forEach(function (key) {
      var descriptor = Object.getOwnPropertyDescriptor(next, key);
      if ('value' in descriptor) pending.push(descriptor.value);
      else pending.push(descriptor.get, descriptor.set);
    });
    if (extendable.indexOf(next) >= 0) lock(next);
    else Object.freeze(next);
  }
}
/** The session that is running. */
var current = [undefined];
/**
 * Adds members that belong to each session by itself: its scope keeps what it assigns to them. A name that is there
 * already stays as it is.
 */
function extend(extension) {
  var path = extension.split('.'), name = path.pop(), object = globalThis[path[0]];
  if (path[1] === 'prototype') object = object.prototype;
  if (object === undefined || name in object) return;
  Object.defineProperty(object, name, {
    get: function () {
      var own = current[0] === undefined ? undefined : current[0].__$x;
      return own === undefined ? undefined : own[extension];
    },
    set: function (value) {
      if (this === object) {
        if (current[0].__$x === undefined) current[0].__$x = {};
        current[0].__$x[extension] = value;
      } else if (typeof this === 'object' || typeof this === 'function') {
        Object.defineProperty(this, name, { value: value, writable: true, enumerable: true, configurable: true });
      }
    },
    enumerable: false,
    configurable: false,
  });
}
/** Intrinsics that no global name leads to. */
function hiddenIntrinsics() {
  var generator = Object.getPrototypeOf(function* () {});
  return [
    generator, Object.getPrototypeOf(generator.prototype),
    Object.getPrototypeOf([][Symbol.iterator]()), Object.getPrototypeOf(''[Symbol.iterator]()),
    Object.getPrototypeOf(new Map()[Symbol.iterator]()), Object.getPrototypeOf(new Set()[Symbol.iterator]()),
    Object.getPrototypeOf('a'.matchAll(/a/g)),
  ];
}
`;
