import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { kinds, type ParsedConfiguration, parseConfiguration, type SwitchSettings } from '../../config/index.js';
import { isObject, type JsonObject, RingbackError } from '../../kernel/index.js';
import type { DialDecision } from '../../telephony/index.js';
import { CONFIGURATION_HERE, DEMO_CONFIGURATION } from '../settings.js';

interface DialCheckOptions {
  campaign?: string;
  service?: string;
  from: string;
  file?: string;
  json: boolean;
}

/** DN types that stand for one telephone. */
const EXTENSIONS: ReadonlySet<unknown> = new Set(['Extension', 'ACDPosition']);

/** `dial-check NUMBER`: what the dial plan of a configuration file would do, without a call and without a server. */
export function dialCheckCommand(): Command {
  return new Command('dial-check')
    .description('print every rule of the dial plan that is looked at for a number, and where the call would go')
    .argument('<number...>', 'as it would be dialed')
    .addOption(new Option('--campaign <name>', 'as a call of this campaign').conflicts('service'))
    .option('--service <name>', 'as a call of this service')
    .option('--from <number>', 'number shown where no pool of caller numbers applies', '')
    .option('-f, --file <file>', 'configuration (default: ./ringback.yaml, else the demo)')
    .option('--json', 'print the decision as JSON', false)
    .action(async (parts: string[], options: DialCheckOptions) => {
      const number = parts.join(' ');
      const file = options.file ?? (existsSync(CONFIGURATION_HERE) ? CONFIGURATION_HERE : DEMO_CONFIGURATION);
      const decision = await decide(number, options, parseConfiguration(await textOf(file), file));
      if (decision?.refused) process.exitCode = 1;
      if (options.json) process.stdout.write(`${JSON.stringify(decision ?? { to: number }, null, 2)}\n`);
      else process.stdout.write(`${decision ? described(decision) : undecided(number, file)}\n`);
    });
}

async function decide(
  number: string,
  { campaign, service, from }: DialCheckOptions,
  parsed: ParsedConfiguration,
): Promise<DialDecision | undefined> {
  const { hasPlan, planWithCallerId } = await import('../../telephony/index.js');
  const settings = switchOf(parsed);
  if (!hasPlan(settings)) return undefined;
  const purpose = { ...(campaign !== undefined && { campaign }), ...(service !== undefined && { service }) };
  const dns = telephonesOf(parsed);
  // The share and the turn of a single look: the first of each.
  const call = { number, from, share: 0, ...purpose };
  return planWithCallerId(
    settings,
    (dn) => dns.has(dn),
    call,
    true,
    async () => 0,
  );
}

function switchOf({ objects }: ParsedConfiguration): SwitchSettings {
  const stored = objects.find(({ kind }) => kind === 'switch');
  if (!stored || !isObject(stored.value)) return { driver: 'simulator' };
  return kinds.switch.read(stored.name, stored.value as JsonObject); // JSON by its origin
}

function telephonesOf({ objects }: ParsedConfiguration): ReadonlySet<string> {
  const dns = new Set<string>();
  for (const { kind, name, value } of objects) {
    const fields: JsonObject = isObject(value) ? (value as JsonObject) : {}; // JSON by its origin
    if (kind === 'agents') dns.add(typeof fields.dn === 'string' ? fields.dn : name);
    if (kind === 'dns' && EXTENSIONS.has(fields.type)) dns.add(name);
  }
  return dns;
}

const LABEL_WIDTH = 24;

/** Label and text in two columns. */
function line(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)} ${text}`;
}

function described(decision: DialDecision): string {
  const lines = decision.steps.map(({ looked, outcome }) => line(looked, outcome));
  const { callerId } = decision;
  if (callerId) {
    const vouched = callerId.attestation === undefined ? 'no attestation' : `attestation ${callerId.attestation}`;
    lines.push(line('caller number', `${callerId.number} (${vouched}): ${callerId.why}`));
  }
  return [...lines, ...resultLines(decision)].join('\n');
}

function resultLines({ refused, route, to, from }: DialDecision): string[] {
  if (refused) return [line('result', `refused: ${refused.reason}`)];
  if (route?.kind === 'device') return [line('result', `rings the device ${route.device}`)];
  const shown = (number: string) => (number === '' ? '' : `, showing ${number}`);
  if (!route) return [line('result', `dials ${to}${shown(from)}`)];
  return route.hops.map((hop, index) =>
    line(index === 0 ? 'result' : 'if that is not taken', `trunk ${hop.trunk}: dials ${hop.to}${shown(hop.from)}`),
  );
}

function undecided(number: string, file: string): string {
  return line(
    'result',
    `dials ${number} as it is: the switch in ${file} has no dial plan, trunks, phones or caller numbers`,
  );
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new RingbackError('unreadable-file', `${file} cannot be read`, [], { cause: error });
  }
}
