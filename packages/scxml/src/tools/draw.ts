import type { ApplicationDefinition } from '../api/application.js';
import { type ChartObject, type ChartTransition, chartObject } from '../chart/chart-object.js';
import type { Diagnostic } from '../diagnostics.js';
import { compileApplication } from '../engine/application.js';
import { escapeXml } from '../xml/write-xml.js';
import { type Box, layOut } from './layout.js';

const margin = 24;

/** The chart of an application as plain data; undefined, with the reasons, if it has errors. */
export function describeChart(definition: ApplicationDefinition): {
  chart: ChartObject | undefined;
  diagnostics: Diagnostic[];
} {
  const { compiled, diagnostics } = compileApplication(definition);
  return { chart: compiled === undefined ? undefined : chartObject(compiled.chart), diagnostics };
}

/** A drawing of a chart as SVG text. States in `active` are highlighted. */
export function drawSvg(chart: ChartObject, active: readonly string[] = []): string {
  const root = layOut(chart);
  const boxes = new Map<string, Box>();
  collect(root, boxes);
  const highlighted = new Set(active);
  const width = Math.ceil(root.width + 2 * margin);
  const height = Math.ceil(root.height + 2 * margin);
  const states = root.children.map((child) => drawBox(child, highlighted));
  const texts = root.children.flatMap(drawTexts);
  const arrows = bundles(chart.transitions).map((bundle) => drawBundle(bundle, boxes));
  const initials = chart.states.map((state) => drawInitial(state.initial ?? [], boxes));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} ${-margin} ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escapeXml(chart.name === '' ? chart.url : chart.name)}</title>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="#445"/></marker></defs>',
    ...states,
    ...initials,
    ...arrows,
    '<g stroke="#fff" stroke-width="2.5" stroke-linejoin="round" paint-order="stroke">',
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function collect(box: Box, into: Map<string, Box>): void {
  into.set(box.state.id, box);
  for (const child of box.children) collect(child, into);
}

function drawBox(box: Box, active: ReadonlySet<string>): string {
  const { state, x, y, width, height } = box;
  const stroke = active.has(state.id) ? '#c60' : '#667';
  const fill = active.has(state.id) ? '#fff3e0' : state.kind === 'parallel' ? '#f4f6fb' : '#fff';
  const dash = state.kind === 'parallel' ? ' stroke-dasharray="6 4"' : '';
  const frame = (inset: number): string =>
    `<rect x="${n(x + inset)}" y="${n(y + inset)}" width="${n(width - 2 * inset)}" height="${n(height - 2 * inset)}" rx="8" fill="${fill}" stroke="${stroke}"${dash}/>`;
  const shape =
    state.kind === 'history'
      ? `<circle cx="${n(x + width / 2)}" cy="${n(y + height / 2)}" r="${n(width / 2)}" fill="${fill}" stroke="${stroke}"/>`
      : state.kind === 'final'
        ? `${frame(0)}${frame(3)}`
        : frame(0);
  const inner = box.children.map((child) => drawBox(child, active));
  return [`<g data-state="${escapeXml(state.id)}" data-line="${state.line}">${shape}`, ...inner, '</g>'].join('\n');
}

/** Texts lie on top of the arrows, with a halo that keeps them readable. */
function drawTexts(box: Box): string[] {
  const { state, x, y, width, height } = box;
  const own =
    state.kind === 'history'
      ? [
          `<text x="${n(x + width / 2)}" y="${n(y + height / 2 + 4)}" text-anchor="middle">H${state.deep === true ? '*' : ''}</text>`,
        ]
      : [
          `<text x="${n(x + 10)}" y="${n(y + 18)}" font-weight="600">${escapeXml(state.id)}</text>`,
          ...box.notes.map(
            (note, i) =>
              `<text x="${n(x + 10)}" y="${n(y + 34 + i * 16)}" fill="#446" font-size="11">${escapeXml(note)}</text>`,
          ),
        ];
  return [...own, ...box.children.flatMap(drawTexts)];
}

/** Transitions between the same two states share an arrow; what they say stands in their source. */
interface Bundle {
  readonly source: string;
  readonly target: string;
  readonly labels: string[];
}

function bundles(transitions: readonly ChartTransition[]): Bundle[] {
  const found = new Map<string, Bundle>();
  for (const { source, targets, event, cond } of transitions) {
    for (const target of targets) {
      const key = `${source} ${target}`;
      const bundle = found.get(key) ?? { source, target, labels: [] };
      bundle.labels.push(`${event ?? ''}${cond === undefined ? '' : ` [${cond}]`}`.trim());
      found.set(key, bundle);
    }
  }
  return [...found.values()];
}

function drawBundle({ source, target, labels }: Bundle, boxes: ReadonlyMap<string, Box>): string {
  const from = boxes.get(source);
  const to = boxes.get(target);
  if (from === undefined || to === undefined) return '';
  const path = from === to ? loop(from) : isInside(from, to) ? inwards(from, to) : connect(from, to);
  const title = `<title>${escapeXml(`${source} \u2192 ${target}: ${labels.join(', ')}`)}</title>`;
  return `<path d="${path}" fill="none" stroke="#445" stroke-opacity="0.7" marker-end="url(#arrow)">${title}</path>`;
}

function loop(box: Box): string {
  return `M${n(box.x + box.width)} ${n(box.y + 8)}c26 -12 26 24 0 12`;
}

function isInside(outer: Box, inner: Box): boolean {
  return outer.children.some((child) => child === inner || isInside(child, inner));
}

/** From the left border of a state to one of its descendants. */
function inwards(from: Box, to: Box): string {
  const y = to.y + to.height - 8;
  return `M${n(from.x)} ${n(y)}L${n(to.x)} ${n(y)}`;
}

function connect(from: Box, to: Box): string {
  const start = border(from, { x: to.x + to.width / 2, y: to.y + to.height / 2 });
  const end = border(to, { x: from.x + from.width / 2, y: from.y + from.height / 2 });
  // Bend to one side, so that arrows there and back do not lie on each other.
  const bend = 0.12;
  const x = (start.x + end.x) / 2 - (end.y - start.y) * bend;
  const y = (start.y + end.y) / 2 + (end.x - start.x) * bend;
  return `M${n(start.x)} ${n(start.y)}Q${n(x)} ${n(y)} ${n(end.x)} ${n(end.y)}`;
}

/** Where the line from the middle of a box to a point leaves the box. */
function border(box: Box, towards: { x: number; y: number }): { x: number; y: number } {
  const x = box.x + box.width / 2;
  const y = box.y + box.height / 2;
  const dx = towards.x - x;
  const dy = towards.y - y;
  if (dx === 0 && dy === 0) return { x, y: box.y };
  const scale = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : box.width / 2 / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : box.height / 2 / Math.abs(dy),
  );
  return { x: x + dx * scale, y: y + dy * scale };
}

/** A dot with a short arrow to each initial state. */
function drawInitial(targets: readonly string[], boxes: ReadonlyMap<string, Box>): string {
  return targets
    .map((id) => {
      const box = boxes.get(id);
      if (box === undefined) return '';
      const x = box.x - 14;
      const y = box.y + 13;
      return `<circle cx="${n(x)}" cy="${n(y)}" r="4" fill="#445"/><path d="M${n(x + 4)} ${n(y)}h9" stroke="#445" marker-end="url(#arrow)"/>`;
    })
    .join('');
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
