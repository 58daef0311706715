/** Guest source: `uneval` and `toSource()`, which generated documents of the 2009 dialect call on everything. */
export const toSourceSource = String.raw`
function sourceOf(value, seen) {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'undefined': return '(void 0)';
    case 'string': return JSON.stringify(value);
    case 'number': return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint': return value + 'n';
    case 'boolean': case 'symbol': return String(value);
    case 'function': return '(' + Function.prototype.toString.call(value) + ')';
  }
  if (seen.indexOf(value) >= 0) return '{}';
  var inner = seen.concat([value]);
  if (Array.isArray(value)) {
    return '[' + value.map(function (item) { return sourceOf(item, inner); }).join(', ') + ']';
  }
  if (value instanceof Date) return '(new Date(' + value.getTime() + '))';
  if (value instanceof RegExp) return String(value);
  if (value instanceof Error) return '(new ' + value.name + '(' + JSON.stringify(String(value.message)) + '))';
  if (value instanceof XmlNode) return JSON.stringify(value.toString());
  return '{' + Object.keys(value).map(function (key) {
    var name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
    return name + ':' + sourceOf(value[key], inner);
  }).join(', ') + '}';
}
function uneval(value) {
  var text = sourceOf(value, []);
  return text[0] === '{' ? '(' + text + ')' : text;
}
/** Where prototypes may be extended, code that is not translated finds it, too. */
function inheritedToSource() { 'use strict'; return toSource(this); }
function toSource(value) {
  if (value === null || value === undefined) throw new TypeError('toSource of ' + value);
  if (typeof value.toSource === 'function' && value.toSource !== inheritedToSource) return value.toSource();
  if (typeof value === 'string') return '(new String(' + JSON.stringify(value) + '))';
  if (typeof value === 'number') return '(new Number(' + sourceOf(value, []) + '))';
  if (typeof value === 'boolean') return '(new Boolean(' + value + '))';
  return uneval(value);
}
`;
