/**
 * Guest source: `Date` and `Math` that show the time of the step and draw from the session's own generator, so that
 * a step is a function of its inputs.
 */
export const clockAndChanceSource = `
function makeDate(RealDate, host) {
  function Date(...parts) {
    if (new.target === undefined) return new RealDate(host('now')).toString();
    return Reflect.construct(RealDate, parts.length === 0 ? [host('now')] : parts, new.target);
  }
  Object.defineProperties(Date, {
    length: { value: 7 },
    now: { value: function now() { return host('now'); }, writable: true, configurable: true },
    parse: { value: RealDate.parse, writable: true, configurable: true },
    UTC: { value: RealDate.UTC, writable: true, configurable: true },
    prototype: { value: RealDate.prototype, writable: false },
  });
  return Date;
}
function makeMath(RealMath, host) {
  var copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(RealMath));
  Object.defineProperty(copy, 'random', {
    value: function random() { return host('random'); }, writable: true, configurable: true,
  });
  return copy;
}
`;
