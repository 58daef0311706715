/**
 * Guest source: intrinsics and the objects of the prelude are frozen and the same in every instance, so stored data
 * refers to them by path. The table is made when it is first needed.
 */
export const sharedObjectsSource = `
var sharedNames = [
  'Object', 'Array', 'String', 'Number', 'Boolean', 'Function', 'RegExp', 'Error', 'JSON', 'Map', 'Set', 'Symbol',
  'parseInt', 'parseFloat', 'isNaN', 'isFinite', 'encodeURIComponent', 'decodeURIComponent', 'encodeURI', 'decodeURI',
  'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError',
];
function makeSharedObjects(globals) {
  var paths, objects;
  function list() {
    paths = new Map();
    objects = new Map();
    var pending = Object.keys(globals).map(function (name) { return [name, globals[name]]; });
    sharedNames.forEach(function (name) { pending.push([name, globalThis[name]]); });
    for (var i = 0; i < pending.length; i += 1) {
      var path = pending[i][0], found = pending[i][1];
      if (found === null || (typeof found !== 'object' && typeof found !== 'function') || paths.has(found)) continue;
      paths.set(found, path);
      objects.set(path, found);
      if (path.split('.').length > 6) continue;
      Reflect.ownKeys(found).forEach(function (key) {
        var descriptor = Object.getOwnPropertyDescriptor(found, key);
        if (typeof key === 'string' && 'value' in descriptor) pending.push([path + '.' + key, descriptor.value]);
      });
    }
  }
  return {
    pathOf: function (value) { if (paths === undefined) list(); return paths.get(value); },
    objectAt: function (path) { if (paths === undefined) list(); return objects.get(path); },
  };
}
`;
