import { RE2JS } from 're2js';
import { formatNumber, type NumberFormat, type ReadNumber, readNumber } from './number-format.js';

/** Kinds of numbers that are dialed only where the plan says so. */
export type Risk = 'emergency' | 'premium';

export interface DialRule {
  readonly name: string;
  /** Regular expression on the E.164 form, or on the number as dialed where it has none; absent: every number. */
  readonly match?: string;
  /** Only for calls of these. */
  readonly campaigns?: readonly string[];
  readonly services?: readonly string[];
  /** Nothing is dialed, for this reason. */
  readonly refuse?: string;
  readonly allow?: readonly Risk[];
  /** Characters taken off the front of the trunk's form of the number, before `prepend` is put there. */
  readonly strip?: number;
  readonly prepend?: string;
  /** In the order in which they are tried; absent: all, by weight. */
  readonly trunks?: readonly string[];
}

export interface PlannedTrunk {
  readonly weight?: number;
  readonly numberFormat?: NumberFormat;
  readonly callerIdFormat?: NumberFormat;
  readonly country?: string;
  readonly enabled?: boolean;
}

export interface DialPlan {
  readonly country?: string;
  readonly emergencyNumbers?: readonly string[];
  readonly allow?: readonly Risk[];
  readonly rules?: readonly DialRule[];
  readonly otherwise?: 'dial' | 'refuse';
}

/** What the plan is applied to. */
export interface PlannedCall {
  number: string;
  from: string;
  campaign?: string;
  service?: string;
  /** From 0 to below 1, the same whenever the same leg is looked at: spreads calls over trunks. */
  share: number;
}

/** What the plan knows of the installation. */
export interface Installation {
  plan: DialPlan;
  trunks: Readonly<Record<string, PlannedTrunk>>;
  /** Whether a number is a device of the house. */
  isDevice(number: string): boolean;
}

/** One thing that was looked at, for a person. */
export interface PlanStep {
  looked: string;
  outcome: string;
}

export interface Hop {
  trunk: string;
  to: string;
  from: string;
}

/** `direct`: no trunk is configured, the network goes by the number. */
export type PlanResult =
  | { verdict: 'device'; device: string }
  | { verdict: 'trunk'; rule?: string; hops: readonly Hop[] }
  | { verdict: 'direct'; rule?: string; to: string }
  | { verdict: 'refused'; rule?: string; reason: string };

export interface PlannedDial {
  e164?: string;
  steps: readonly PlanStep[];
  result: PlanResult;
}

/** Emergency numbers of many countries; nobody dials them on behalf of somebody else unless told to. */
const EMERGENCY_NUMBERS: readonly string[] = [
  ...['112', '911', '999', '000', '110', '111', '113', '114', '115', '117', '118', '119', '122', '123'],
  ...['15', '17', '18', '190', '191', '192', '193', '194', '10111'],
];

/** Where a call goes: pure, the same for the dial and for the dry run. */
export function planDial(call: PlannedCall, installation: Installation): PlannedDial {
  const { plan } = installation;
  const steps: PlanStep[] = [];
  const look = (looked: string, outcome: string) => steps.push({ looked, outcome });
  const number = readNumber(call.number, plan.country);
  const done = (result: PlanResult): PlannedDial => ({
    ...(number.e164 !== undefined && { e164: number.e164 }),
    steps,
    result,
  });

  const isDevice = installation.isDevice(call.number);
  look('devices of the house', isDevice ? `${call.number} is one` : 'none has this number');
  if (isDevice) return done({ verdict: 'device', device: call.number });
  look('number', describe(number, plan));

  const rule = ruleFor(call, number, plan, look);
  const named = rule ? { rule: rule.name } : {};
  const refused = (reason: string) => done({ verdict: 'refused', ...named, reason });
  if (rule?.refuse !== undefined) return refused(rule.refuse);
  if (!rule && plan.otherwise === 'refuse') return refused('no rule of the dial plan applies');

  const risk = riskOf(number, plan);
  if (risk !== undefined) {
    const allowed = [...(plan.allow ?? []), ...(rule?.allow ?? [])].includes(risk);
    look(`${risk} numbers`, allowed ? 'allowed' : 'refused');
    if (!allowed) return refused(`${article(risk)} ${risk} number`);
  }
  if (number.dialed === '') return refused('there is no number to dial');

  if (Object.keys(installation.trunks).length === 0) {
    const to = changed(number.e164 ?? number.dialed, rule);
    look('trunks', 'none is configured: the network goes by the number');
    return done({ verdict: 'direct', ...named, to });
  }
  const order = trunkOrder(installation.trunks, rule?.trunks, call.share);
  look('trunks', order.length > 0 ? order.join(', then ') : 'none of those that may be used is enabled');
  if (order.length === 0) return refused('no trunk may be used');
  const hops = order.map((trunk) => hopBy(trunk, number, call.from, installation, rule));
  return done({ verdict: 'trunk', ...named, hops });
}

/** The number of a party as the business knows it: E.164 where it has that form, otherwise as it came. */
export function normaliseInbound(number: string, plan: DialPlan): string {
  return readNumber(number, plan.country).e164 ?? number;
}

function describe(number: ReadNumber, plan: DialPlan): string {
  if (number.e164 !== undefined) return `is ${number.e164}`;
  return plan.country === undefined
    ? 'has no E.164 form (the dial plan names no country, so only +... is read)'
    : `has no E.164 form in ${plan.country}`;
}

type Look = (looked: string, outcome: string) => void;

/** The first rule that applies. */
function ruleFor(call: PlannedCall, number: ReadNumber, plan: DialPlan, look: Look): DialRule | undefined {
  for (const rule of plan.rules ?? []) {
    const obstacle = obstacleOf(rule, call, number);
    look(`rule ${rule.name}`, obstacle ?? 'applies');
    if (obstacle === undefined) return rule;
  }
  const otherwise = plan.otherwise === 'refuse' ? 'it is refused' : 'it is dialed';
  look('rules', plan.rules?.length ? `none applies: ${otherwise}` : `there are none: ${otherwise}`);
  return undefined;
}

function obstacleOf({ match, campaigns, services }: DialRule, call: PlannedCall, number: ReadNumber) {
  const isMeant =
    (campaigns === undefined && services === undefined) ||
    (call.campaign !== undefined && campaigns?.includes(call.campaign) === true) ||
    (call.service !== undefined && services?.includes(call.service) === true);
  if (!isMeant) return 'is for other campaigns and services';
  const subject = number.e164 ?? number.dialed;
  if (match !== undefined && !RE2JS.compile(match).matcher(subject).find()) return `${subject} does not match ${match}`;
  return undefined;
}

function riskOf(number: ReadNumber, plan: DialPlan): Risk | undefined {
  const emergency = plan.emergencyNumbers ?? EMERGENCY_NUMBERS;
  const digits = number.dialed.replace(/^\+/, '');
  if (emergency.includes(digits) || (number.e164 === undefined && emergency.includes(number.national))) {
    return 'emergency';
  }
  return number.isPremium ? 'premium' : undefined;
}

function article(risk: Risk): string {
  return risk === 'emergency' ? 'an' : 'a';
}

function changed(number: string, rule: DialRule | undefined): string {
  return `${rule?.prepend ?? ''}${number.slice(rule?.strip ?? 0)}`;
}

/** The trunks to be tried: those that the rule names in its order, else all of them, the first chosen by weight. */
function trunkOrder(
  trunks: Readonly<Record<string, PlannedTrunk>>,
  named: readonly string[] | undefined,
  share: number,
): string[] {
  const usable = (name: string) => trunks[name] !== undefined && trunks[name].enabled !== false;
  if (named) return named.filter(usable);
  const all = Object.keys(trunks).filter(usable);
  const weightOf = (name: string) => trunks[name]?.weight ?? 1;
  const total = all.reduce((sum, name) => sum + weightOf(name), 0);
  let left = share * total;
  const first = all.find((name) => {
    left -= weightOf(name);
    return left < 0;
  });
  const others = all.filter((name) => name !== first).sort((one, other) => weightOf(other) - weightOf(one));
  return first === undefined ? others : [first, ...others];
}

function hopBy(
  trunk: string,
  number: ReadNumber,
  from: string,
  { plan, trunks }: Installation,
  rule: DialRule | undefined,
): Hop {
  const { numberFormat = 'e164', callerIdFormat = numberFormat, country = plan.country } = trunks[trunk] ?? {};
  return {
    trunk,
    to: changed(formatNumber(number, numberFormat, country), rule),
    from: formatNumber(readNumber(from, country), callerIdFormat, country),
  };
}
