import type { Dialect } from '../api/application.js';
import { realmSource } from '../guest/realm.source.js';
import { type InstanceImage, type InstanceOptions, QuickJsInstance, type Value } from './quickjs-instance.js';

/** Makes and prepares a realm; returns its functions in the form `(scope, text, number)`. */
const adapterSource = `(function (make, host, dialect) {
  var realm = make(host, true, dialect);
  realm.prepare();
  return [
    function open(scope, text, traits) {
      var parts = JSON.parse(text);
      return realm.open(parts[0], traits, parts[1]);
    },
    function compile(text) { return realm.compile(text); },
    function setXmlEvent(scope, text) { realm.setXmlEvent(text); },
    function closeLoops(scope, text, depth) { realm.closeLoops(depth); },
    function describe(error) { return realm.describe(error); },
    function save(scope) { return realm.save(scope); },
    function restore(scope, text) { realm.restore(scope, text); },
    function view(scope) { return realm.view(scope); },

  ];
})`;

const functionCount = 8;

/** Images of prepared instances of this thread, by what they depend on. */
const images = new Map<string, InstanceImage>();

/**
 * An instance with a prepared realm, and the addresses of the realm's functions. Evaluating and freezing a realm takes
 * some 30 ms of the guest's time, so it is done once per thread and dialect; after that its memory is copied.
 */
export async function preparedInstance(
  dialect: Dialect,
  options: InstanceOptions,
): Promise<{ instance: QuickJsInstance; values: readonly Value[] }> {
  const key = `${dialect} ${options.stackBytes}`;
  const image = images.get(key);
  if (image !== undefined) return { instance: await QuickJsInstance.create(options, image), values: image.values };
  const instance = await QuickJsInstance.create(options);
  const values = makeRealm(instance, dialect);
  images.set(key, instance.capture(values));
  return { instance, values };
}

function makeRealm(instance: QuickJsInstance, dialect: Dialect): Value[] {
  const adapter = instance.evaluate(adapterSource);
  const make = instance.evaluate(realmSource);
  const host = instance.newHostFunction();
  const word = instance.newString(dialect);
  const functions = instance.apply(adapter, [make, host, word]);
  const values = Array.from({ length: functionCount }, (_item, position) => instance.element(functions, position));
  for (const value of [adapter, make, host, word, functions]) instance.release(value);
  return values;
}
