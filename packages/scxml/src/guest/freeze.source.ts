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
    Object.freeze(next);
  }
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
