import type { CampaignGroup } from '../../config/index.js';
import { type DialMode, dialModeFamily } from '../dial-mode.js';
import type { CampaignConfiguration } from './directory.js';

const OPTION = 'call_answer_type_recognition';
/** Detection that is asked for by its name; `telephony_preset` is whatever the switch can. */
const DETECTION: ReadonlySet<string> = new Set(['positive_am_detect', 'full_positive_am_detect', 'accurate_am_detect']);
/** The driver without media: it cannot listen, play or detect. */
const WITHOUT_MEDIA = 'sip';

/**
 * What a mode needs and the switch has not, in words; undefined: nothing. IVR modes play to the customer; detection of
 * answering machines listens.
 */
export function switchFault(
  configuration: Pick<CampaignConfiguration, 'object' | 'section'>,
  object: Pick<CampaignGroup, 'campaign' | 'options'>,
  mode: DialMode,
): string | undefined {
  if (configuration.object('switch', 'switch')?.driver !== WITHOUT_MEDIA) return undefined;
  const family = dialModeFamily(mode);
  if (family === 'ivr' || family === 'power') {
    return `${mode} plays to the customer, for which the switch (driver ${WITHOUT_MEDIA}) has no media`;
  }
  const wanted =
    object.options[OPTION] ??
    configuration.object('campaigns', object.campaign)?.options[OPTION] ??
    configuration.section('OCServer')[OPTION] ??
    '';
  if (!DETECTION.has(wanted.trim().toLowerCase())) return undefined;
  return `${OPTION} is ${wanted.trim()}, which the switch (driver ${WITHOUT_MEDIA}) cannot do without media`;
}
