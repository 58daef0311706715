import type { ApplicationDefinition } from '../api/application.js';
import type { Chart } from '../chart/chart.js';
import { type GuestProgram, guestProgram } from '../guest/guest-program.js';
import { traitsOf } from '../guest/traits.js';
import type { Limits } from '../limits.js';
import type { DataModel } from './data-model.js';
import { EcmascriptModel } from './ecmascript.js';
import type { GuestRealm, RealmSettings } from './guest-realm.js';
import { NullModel } from './null-model.js';
import { SandboxRealm, type Watch } from './sandbox-realm.js';
import { TrustedRealm } from './trusted-realm.js';

/**
 * Opens the data model of an application in this thread. Throws `GuestError` if the prelude fails and `SandboxLost` if
 * the instance cannot be made.
 */
export async function openModel(
  definition: Pick<ApplicationDefinition, 'datamodel' | 'prelude'>,
  chart: Chart,
  limits: Limits,
  watch?: Watch,
): Promise<DataModel> {
  if (chart.datamodel === 'null') return new NullModel(chart);
  const prelude = definition.prelude ?? '';
  const settings: RealmSettings = { dialect: chart.dialect, prelude, traits: traitsOf(chart.units, prelude) };
  if (definition.datamodel === 'trusted') {
    const realm = new TrustedRealm(settings);
    return loaded(chart, realm, settings, realm.preludeNames, limits);
  }
  const realm = await SandboxRealm.create(settings, limits, watch);
  return loaded(chart, realm, settings, realm.preludeNames, limits);
}

function loaded<S>(
  chart: Chart,
  realm: GuestRealm<S>,
  { traits }: RealmSettings,
  names: ReadonlySet<string>,
  limits: Limits,
): DataModel {
  const program = programOf(chart, names, traits.extensions.length > 0);
  realm.load(program);
  return new EcmascriptModel(chart, program, realm, limits);
}

/** The code of a chart for the names of a realm; an application has one prelude, so one program. */
const programs = new WeakMap<Chart, { names: string; program: GuestProgram }>();

function programOf(chart: Chart, names: ReadonlySet<string>, hasExtensions: boolean): GuestProgram {
  const key = [...names].join(' ');
  const known = programs.get(chart);
  if (known?.names === key) return known.program;
  const program = guestProgram(chart, names, hasExtensions);
  programs.set(chart, { names: key, program });
  return program;
}
