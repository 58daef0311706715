/** Guest source: reads typed JSON, see `codec-save.source.ts`, into a scope. */
export const codecRestoreSource = `
function makeRestore(host, restoreFunction, sharedObjects, ioprocessors) {
  var hasOwn = Object.prototype.hasOwnProperty;

  function restore(scope, text) {
    var saved = JSON.parse(text), vars = saved.vars, shared = saved.shared || [];
    if (text.indexOf('"$"') < 0) {
      var plain = Object.keys(vars);
      for (var i = 0; i < plain.length; i += 1) scope[plain[i]] = vars[plain[i]];
    } else {
      restoreTyped(scope, vars, shared);
    }
    (saved.functions || []).forEach(function (pair) { scope[pair[0]] = restoreFunction(scope, pair[1]); });
  }

  function restoreTyped(scope, vars, shared) {
    var pending = [], afterwards = [], shells = new Array(shared.length);
    // Closures of the code that has just run again; what else it left behind gives way to what was stored.
    var made = scope[closuresKey] === undefined ? new Map() : scope[closuresKey].closures;
    delete scope[closuresKey];
    Object.keys(scope).forEach(function (name) { if (!hasOwn.call(vars, name)) delete scope[name]; });
    // Names keep their order, and functions with a dynamic scope are made inside of _data: it has to be there first.
    Object.keys(vars).forEach(function (name) { scope[name] = undefined; });
    var data = vars._data;
    if (data !== null && typeof data === 'object') {
      scope._data = typeof data.$ === 'number' ? shells[data.$] = shell(shared[data.$]) : shell(data);
    }
    shared.forEach(function (written, i) { if (!(i in shells)) shells[i] = shell(written); });

    /** The object that a written form stands for, still empty; its parts are appended to pending. */
    function shell(written) {
      if (written === null || typeof written !== 'object') return written;
      var object;
      if (Array.isArray(written)) {
        object = new Array(written.length);
        written.forEach(function (item, i) { pending.push([item, object, i]); });
        return object;
      }
      if (!hasOwn.call(written, '$')) {
        object = {};
        fill(object, written);
        return object;
      }
      var tag = written.$;
      switch (tag[0]) {
        case 'undefined': return undefined;
        case 'number': return Number(tag[1]);
        case 'bigint': return BigInt(tag[1]);
        case 'xml': return xmlValue(host, tag[1]);
        case 'ioprocessors': return ioprocessors(scope);
        case 'global': return sharedObjects.objectAt(tag[1]);
        case 'function': case 'closure': {
          object = tag[0] === 'function' ? restoreFunction(scope, tag[1]) : made.get(tag[1]);
          if (object === undefined) return undefined;
          if (tag[2] !== undefined) {
            fill(object, tag[2]);
            if (tag[3].prototype && typeof object.prototype === 'object') fill(object.prototype, tag[3].prototype);
          }
          return object;
        }
        case 'array': object = []; object.length = tag[1]; fillPairs(object, tag[2]); return object;
        case 'date': object = new Date(tag[1] === null ? NaN : tag[1]); fill(object, tag[2]); return object;
        case 'regexp': object = new RegExp(tag[1], tag[2]); object.lastIndex = tag[3]; fill(object, tag[4]); return object;
        case 'error': {
          var type = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }[tag[1]] || Error;
          object = new type(tag[2]);
          if (object.name !== tag[1]) {
            Object.defineProperty(object, 'name', { value: tag[1], writable: true, configurable: true });
          }
          fill(object, tag[3]);
          return object;
        }
        case 'boxed': object = Object(tag[1]); fill(object, tag[2]); return object;
        case 'map': {
          object = new Map();
          var entries = tag[1].map(function () { return [undefined, undefined]; });
          tag[1].forEach(function (pair, i) { pending.push([pair[0], entries[i], 0], [pair[1], entries[i], 1]); });
          afterwards.push(function () { entries.forEach(function (entry) { object.set(entry[0], entry[1]); }); });
          fill(object, tag[2]);
          return object;
        }
        case 'set': {
          object = new Set();
          var items = new Array(tag[1].length);
          tag[1].forEach(function (item, i) { pending.push([item, items, i]); });
          afterwards.push(function () { items.forEach(function (item) { object.add(item); }); });
          fill(object, tag[2]);
          return object;
        }
        case 'object': {
          object = tag.length > 2 ? Object.create(null) : {};
          fillPairs(object, tag[1]);
          if (tag.length > 2 && tag[2] !== null) {
            var holder = [undefined];
            var inherited = tag[2].$ && tag[2].$[0] === 'prototype' ? tag[2].$[1] : tag[2];
            pending.push([inherited, holder, 0]);
            afterwards.push(function () {
              Object.setPrototypeOf(object, inherited === tag[2] ? holder[0] : holder[0].prototype);
            });
          }
          return object;
        }
      }
      throw new TypeError('A stored value has the unknown kind ' + tag[0] + '.');
    }

    function fill(object, record) {
      if (record === undefined) return;
      Object.keys(record).forEach(function (key) { pending.push([record[key], object, key]); });
    }
    function fillPairs(object, list) { list.forEach(function (pair) { pending.push([pair[1], object, pair[0]]); }); }

    function put(holder, key, value) {
      if (key === '__proto__') {
        Object.defineProperty(holder, key, { value: value, writable: true, enumerable: true, configurable: true });
      } else {
        holder[key] = value;
      }
    }

    Object.keys(vars).forEach(function (name) {
      if (name !== '_data' || scope._data === undefined) pending.push([vars[name], scope, name]);
    });
    // Object keys keep their order because the list is read from its beginning.
    for (var i = 0; i < pending.length; i += 1) {
      var next = pending[i], written = next[0];
      var isReference = written !== null && typeof written === 'object' && typeof written.$ === 'number';
      put(next[1], next[2], isReference ? shells[written.$] : shell(written));
    }
    afterwards.forEach(function (act) { act(); });
  }

  return restore;
}
`;
