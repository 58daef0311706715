import { families, type OptionDefinition, type OptionFamily, type OptionType } from './catalogue/index.js';

/** The reference page of all options, docs/options.md, as Markdown. */
export function optionReference(): string {
  return `${[
    '# Options',
    '',
    'Every option that Ringback knows, printed from its catalogue (`packages/server/src/config/catalogue`). A value that',
    'does not fit its option is refused when it is written. Options that are not listed are accepted as they are:',
    'call-flow applications have options of their own.',
    '',
    '- An **empty** value is the same as an absent option.',
    '- **Template** is what the template of the original pre-fills in a new service. It has no effect on services that',
    '  leave the option out.',
    '- **If absent** is what holds then; where it is blank, the option is off or empty. `callback/x` means that option',
    '  `x` of section `callback` is consulted first.',
    '- **Used by**: the server; or the callback applications that are shipped with it; or nobody yet: the option is',
    '  accepted, stored and, like all options of a service, handed to its application.',
    `- ${inertCount()} options can have no effect in this server, most of them because they concern other servers of the`,
    '  vendor. They are accepted; their rows say **no effect** and why, and whoever sets one is warned.',
    '- `$name$` inside the value of a callback option is replaced by the parameter `name` of a request.',
    '',
    ...families.flatMap(familySection),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

/** Options that can have no effect, by their names. */
function inertCount(): number {
  const options = families.flatMap(({ groups }) => groups.flatMap((group) => group.options));
  return new Set(options.filter(({ inert }) => inert !== undefined).map(({ name }) => name)).size;
}

function familySection(family: OptionFamily): string[] {
  const groups = family.groups.filter(({ options }) => options.length > 0);
  return [
    `## ${family.title}`,
    '',
    family.introduction,
    '',
    ...groups.flatMap(({ title, options }) => [
      ...(title === '' || groups.length === 1 ? [] : [`### ${title}`, '']),
      '| Option | Value | Template | If absent | Used by | Effect |',
      '| --- | --- | --- | --- | --- | --- |',
      ...options.map(row),
      '',
    ]),
  ];
}

function row(option: OptionDefinition): string {
  const { name, type, preset, absent, fallback, effect, since, inert } = option;
  const consulted = fallback ? `\`${fallback.section}/${fallback.name}\`` : '';
  const whenAbsent = [consulted, absent === undefined ? '' : `\`${absent}\``].filter(Boolean).join(', else ');
  const template = preset === undefined || preset === '' ? '' : `\`${preset}\``;
  const version = since ? ` Since ${since}.` : '';
  const without = inert ? ` **No effect** here, because ${inert}.` : '';
  const cells = [`\`${name}\``, formOf(type), template, whenAbsent, userOf(option), effect + version + without];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function userOf({ actor, inert }: OptionDefinition): string {
  return inert === undefined ? (actor ?? 'server') : '(no effect)';
}

/** What an option's value may be, in a few words. */
function formOf(type: OptionType): string {
  switch (type.kind) {
    case 'text':
      return type.form ?? 'text';
    case 'integer':
      return type.values ? type.values.join(', ') : bounded(type.unit ?? 'number', type);
    case 'seconds':
      return bounded('seconds', type.clamp ? { min: type.clamp[0], max: type.clamp[1] } : type);
    case 'flag':
      return 'true, false';
    case 'enumeration':
      return type.values.join(', ');
    case 'list':
      return type.values
        ? `comma list of ${type.values.join(', ')}`
        : `comma list${type.items ? ` of ${type.items}` : ''}`;
    case 'pair':
      return `two numbers of ${type.unit}: from,to`;
    case 'period':
      return 'number and y, M, w, d, h or m';
    case 'time-zone':
      return 'time zone such as Europe/Paris';
    case 'thresholds':
      return 'pairs wait:position';
    case 'json':
      return type.orText ? `${type.orText}, or JSON` : `JSON ${type.form}`;
    case 'address':
      return 'address';
  }
}

function bounded(noun: string, { min, max }: { min?: number; max?: number }): string {
  if (min !== undefined && max !== undefined) return `${noun}, ${min} to ${max}`;
  if (min !== undefined && min > 0) return `${noun}, at least ${min}`;
  return max === undefined ? noun : `${noun}, at most ${max}`;
}
