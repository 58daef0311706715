/** Guest source: the data of a session for people. */
export const viewSource = `
/** The session's data for people: plain JSON, cut where it would not end. */
function viewScope(scope) {
  var budget = 2000;
  function plain(value, depth) {
    if (typeof value === 'function') return undefined;
    if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
    if (typeof value === 'number' && !(value - value === 0)) return String(value);
    if (value === null || typeof value !== 'object') return value;
    if (value instanceof Date) return isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof XmlNode) return { $xml: value.toString() };
    if (value instanceof RegExp || value instanceof Error) return String(value);
    if ((budget -= 1) < 0 || depth > 12) return '...';
    if (value instanceof Map) return Array.from(value.entries()).map(function (pair) { return plain(pair, depth + 1); });
    if (value instanceof Set) return Array.from(value).map(function (item) { return plain(item, depth + 1); });
    if (Array.isArray(value)) {
      return Object.keys(value).slice(0, 200).map(function (key) { return plain(value[key], depth + 1); });
    }
    var copy = {};
    Object.keys(value).forEach(function (key) {
      var own = Object.getOwnPropertyDescriptor(value, key);
      if ('value' in own) copy[key] = plain(own.value, depth + 1);
    });
    return copy;
  }
  var shown = plain(scope, 0);
  // What the session has added to objects of the language.
  delete shown.__$x;
  return JSON.stringify(shown);
}
`;
