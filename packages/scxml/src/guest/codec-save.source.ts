/**
 * Guest source: typed JSON. Plain data is written as it is. `{"$": [kind, ...]}` stands for a value that JSON does
 * not know, `{"$": n}` for entry n of the table `shared`, which holds objects that are referred to more than once
 * (so cycles survive) or nested very deeply (so that no recursion is needed). What cannot be stored becomes undefined
 * and its path is reported.
 *
 * Functions are stored by their number in the documents and declared again from there; closures that the code of the start
 * has made, by their key among those: that code runs again before a session is restored.
 */
export const codecSaveSource = `
var functionNumber = Symbol('function'), ioprocessorsKey = Symbol('ioprocessors');
var closureKey = Symbol('closure'), closuresKey = Symbol('closures');
var maxInlineDepth = 24;
function registerFunction(number, value) { value[functionNumber] = number; return value; }

/** Not 0 while code runs that runs once, at the start of a session. */
var starting = [0];
/**
 * A closure that such code makes has a key: the number of its text, and how many of that text there were before. The
 * same code makes the same closures under the same keys when it runs again.
 */
function registerClosure(number, value, scope) {
  if (starting[0] === 0) return value;
  var made = scope[closuresKey];
  if (made === undefined) made = scope[closuresKey] = { counts: new Map(), closures: new Map() };
  var before = made.counts.get(number) || 0;
  made.counts.set(number, before + 1);
  value[closureKey] = number + '/' + before;
  made.closures.set(value[closureKey], value);
  return value;
}
/** Functions that a stored session can have again. */
function isStorable(value) { return value[functionNumber] !== undefined || value[closureKey] !== undefined; }

function makeSave(sharedObjects, mayHaveAccessors) {
  var hasOwn = Object.prototype.hasOwnProperty;
  var objectPrototype = Object.prototype, arrayPrototype = Array.prototype;

  function hasOwnState(value) {
    if (Object.keys(value).length > 0) return true;
    var prototype = value.prototype;
    if (prototype === undefined || prototype === null) return false;
    return Object.keys(prototype).length > 0;
  }

  /**
   * True if JSON.stringify says everything there is to say about the session; lists the document's own functions.
   */
  function isPlain(scope, names, declared) {
    if (scope[ioprocessorsKey] !== undefined) return false;
    var seen = new Set(), pending = [], depths = [], count = 0;
    for (var n = 0; n < names.length; n += 1) {
      var value = scope[names[n]];
      if (typeof value === 'function') {
        var number = value[functionNumber];
        if (number === undefined || seen.has(value) || hasOwnState(value)) return false;
        seen.add(value);
        declared.push([names[n], number]);
      } else if (typeof value === 'object' && value !== null) {
        pending.push(value);
        depths.push(1);
      } else if (typeof value === 'number' ? !(value - value === 0) || Object.is(value, -0)
        : typeof value === 'symbol' || typeof value === 'bigint') {
        return false;
      }
    }
    while (pending.length > 0) {
      var object = pending.pop(), depth = depths.pop(), prototype = Object.getPrototypeOf(object);
      if (depth > maxInlineDepth || seen.has(object)) return false;
      seen.add(object);
      var isArray = prototype === arrayPrototype;
      var keys = isArray ? undefined : Object.keys(object), length = isArray ? object.length : keys.length;
      if (isArray) {
        if (!Array.isArray(object)) return false;
      } else if (prototype === objectPrototype) {
        if (hasOwn.call(object, '$') || hasOwn.call(object, 'toJSON') || hasOwn.call(object, '__proto__')) return false;
      } else {
        return false;
      }
      // Holes, hidden and symbol properties would be lost; an array also has its length.
      if (Reflect.ownKeys(object).length !== length + (isArray ? 1 : 0)) return false;
      for (var k = 0; k < length; k += 1) {
        var key = isArray ? k : keys[k];
        if (mayHaveAccessors.value) {
          var own = Object.getOwnPropertyDescriptor(object, key);
          if (own === undefined || !('value' in own)) return false;
        }
        var item = object[key];
        switch (typeof item) {
          case 'string': case 'boolean': break;
          case 'number': if (!(item - item === 0) || Object.is(item, -0)) return false; break;
          case 'object': if (item !== null) { pending.push(item); depths.push(depth + 1); } break;
          default: return false;
        }
      }
    }
    return true;
  }

  function save(scope) {
    delete scope[closuresKey];
    var names = Object.keys(scope), declared = [];
    if (isPlain(scope, names, declared)) {
      var functions = declared.length === 0 ? '' : ',"functions":' + JSON.stringify(declared);
      return '{"vars":' + JSON.stringify(scope) + functions + '}';
    }
    return saveTyped(scope, names);
  }

  function saveTyped(scope, names) {
    var uses = new Map(), deep = new Set();
    var pending = [], shared = [], numbers = new Map(), unsaved = [], vars = {};

    // First pass: which objects are used more than once, which are too deep to write in place.
    var visit = names.map(function (name) { return [scope[name], 1]; });
    while (visit.length > 0) {
      var pair = visit.pop(), value = pair[0];
      if (value === null || (typeof value !== 'object' && typeof value !== 'function')) continue;
      if (typeof value === 'object' && (value instanceof XmlNode)) continue;
      if (value === scope[ioprocessorsKey] || sharedObjects.pathOf(value) !== undefined) continue;
      var before = uses.get(value) || 0;
      uses.set(value, before + 1);
      if (before > 0) continue;
      var depth = pair[1];
      if (depth > maxInlineDepth) { deep.add(value); depth = 0; }
      if (value instanceof Map) {
        value.forEach(function (item, key) { visit.push([key, depth + 2], [item, depth + 2]); });
      } else if (value instanceof Set) {
        value.forEach(function (item) { visit.push([item, depth + 2]); });
      }
      if (typeof value === 'function') {
        if (isStorable(value) && value.prototype) visit.push([value.prototype, depth + 1]);
      } else {
        var parent = Object.getPrototypeOf(value);
        visit.push([parent, depth + 1]);
        if (parent !== null && parent !== objectPrototype && hasOwn.call(parent, 'constructor')) {
          visit.push([parent.constructor, depth + 1]);
        }
      }
      Object.keys(value).forEach(function (key) {
        var own = Object.getOwnPropertyDescriptor(value, key);
        if ('value' in own) visit.push([own.value, depth + 2]);
      });
    }

    function lost(path) { unsaved.push(path); return { $: ['undefined'] }; }

    /** What stands for a value; its parts are appended to pending. */
    function write(value, path) {
      switch (typeof value) {
        case 'string': case 'boolean': return value;
        case 'number':
          return value - value === 0 && !Object.is(value, -0) ? value
            : { $: ['number', Object.is(value, -0) ? '-0' : String(value)] };
        case 'undefined': return { $: ['undefined'] };
        case 'bigint': return { $: ['bigint', String(value)] };
        case 'symbol': return lost(path);
      }
      if (value === null) return null;
      if (value instanceof XmlNode) return { $: ['xml', value.toString()] };
      if (value === scope[ioprocessorsKey]) return { $: ['ioprocessors'] };
      var known = sharedObjects.pathOf(value);
      if (known !== undefined) return { $: ['global', known] };
      if (typeof value === 'function' && !isStorable(value)) return lost(path);
      if (uses.get(value) > 1 || deep.has(value)) {
        var number = numbers.get(value);
        if (number === undefined) {
          number = shared.length;
          numbers.set(value, number);
          shared.push(null);
          shared[number] = writeObject(value, path);
        }
        return { $: number };
      }
      return writeObject(value, path);
    }

    function later(value, path, holder, key) { pending.push([value, path, holder, key]); }

    function fields(value, path, keys) {
      var record = {};
      keys.forEach(function (key) {
        var own = Object.getOwnPropertyDescriptor(value, key);
        if (!('value' in own)) { unsaved.push(path + '.' + key); return; }
        Object.defineProperty(record, key, { value: null, writable: true, enumerable: true, configurable: true });
        later(own.value, path + '.' + key, record, key);
      });
      return record;
    }

    function pairs(list, path) {
      return list.map(function (pair, i) {
        var holder = [null, null];
        later(pair[0], path + '[' + i + '].key', holder, 0);
        later(pair[1], path + '[' + i + ']', holder, 1);
        return holder;
      });
    }

    function writeObject(value, path) {
      var keys = Object.keys(value), extra;
      if (typeof value === 'function') {
        var number = value[functionNumber];
        var parts = number === undefined ? ['closure', value[closureKey]] : ['function', number];
        // It comes back, but what it has kept to itself is as it was at the start.
        if (number === undefined) unsaved.push(path);
        if (hasOwnState(value)) {
          var holder = {};
          if (value.prototype) later(value.prototype, path + '.prototype', holder, 'prototype');
          parts.push(fields(value, path, keys), holder);
        }
        return { $: parts };
      }
      var prototype = Object.getPrototypeOf(value);
      if (Array.isArray(value)) {
        var isDense = keys.length === value.length && (value.length === 0 || keys[value.length - 1] === String(value.length - 1));
        if (isDense && prototype === arrayPrototype) {
          var list = [];
          value.forEach(function (item, i) { list.push(null); later(item, path + '[' + i + ']', list, i); });
          return list;
        }
        return { $: ['array', value.length, pairs(keys.map(function (key) { return [key, value[key]]; }), path)] };
      }
      var tag;
      if (value instanceof Date) tag = ['date', isNaN(value.getTime()) ? null : value.getTime()];
      else if (value instanceof RegExp) tag = ['regexp', value.source, value.flags, value.lastIndex];
      else if (value instanceof Map) tag = ['map', pairs(Array.from(value.entries()), path)];
      else if (value instanceof Set) {
        tag = ['set', []];
        Array.from(value).forEach(function (item, i) { tag[1].push(null); later(item, path + '[' + i + ']', tag[1], i); });
      } else if (value instanceof Error) {
        tag = ['error', String(value.name), String(value.message)];
      } else if (value instanceof String || value instanceof Number || value instanceof Boolean) {
        tag = ['boxed', value.valueOf()];
        keys = keys.filter(function (key) { return !(value instanceof String) || isNaN(Number(key)); });
      }
      if (tag !== undefined) {
        if (keys.length > 0) tag.push(fields(value, path, keys));
        return { $: tag };
      }
      var kind = objectPrototype.toString.call(value);
      if (kind !== '[object Object]') return lost(path);
      if (prototype === objectPrototype && !hasOwn.call(value, '$') && !hasOwn.call(value, '__proto__')) {
        return fields(value, path, keys);
      }
      var object = ['object', pairs(keys.map(function (key) {
        var own = Object.getOwnPropertyDescriptor(value, key);
        if (!('value' in own)) unsaved.push(path + '.' + key);
        return [key, own.value];
      }), path)];
      if (prototype !== objectPrototype) {
        object.push(null);
        if (prototype !== null) {
          var maker = hasOwn.call(prototype, 'constructor') ? prototype.constructor : undefined;
          if (typeof maker === 'function' && isStorable(maker) && maker.prototype === prototype) {
            object[2] = { $: ['prototype', null] };
            later(maker, path + '.constructor', object[2].$, 1);
          } else {
            later(prototype, path + '.__proto__', object, 2);
          }
        }
      }
      return { $: object };
    }

    names.forEach(function (name) { vars[name] = null; later(scope[name], name, vars, name); });
    // The prototype of a document function is written in place: it is an object whose constructor is the function.
    for (var p = 0; p < pending.length; p += 1) {
      var next = pending[p];
      var maker = next[0] !== null && typeof next[0] === 'object' && next[3] === 'prototype'
        && hasOwn.call(next[0], 'constructor') ? next[0].constructor : undefined;
      next[2][next[3]] = typeof maker === 'function' && maker.prototype === next[0]
        ? fields(next[0], next[1], Object.keys(next[0])) : write(next[0], next[1]);
    }
    var result = { vars: vars };
    if (shared.length > 0) result.shared = shared;
    if (unsaved.length > 0) result.unsaved = unsaved.slice(0, 20);
    return JSON.stringify(result);
  }

  return save;
}
`;
