import type { ApplicationDefinition } from '../api/application.js';
import type { Chart } from '../chart/chart.js';
import { guestProgram } from '../guest/guest-program.js';
import type { Limits } from '../limits.js';
import type { DataModel } from './data-model.js';
import { EcmascriptModel } from './ecmascript.js';
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
  if (definition.datamodel === 'trusted') return openTrusted(chart, prelude, limits);
  const realm = await SandboxRealm.create(chart.dialect, prelude, limits, watch);
  const program = guestProgram(chart, realm.preludeNames);
  realm.load(program);
  return new EcmascriptModel(chart, program, realm, limits);
}

function openTrusted(chart: Chart, prelude: string, limits: Limits): DataModel {
  const realm = new TrustedRealm(chart.dialect, prelude);
  const program = guestProgram(chart, realm.preludeNames);
  realm.load(program);
  return new EcmascriptModel(chart, program, realm, limits);
}
