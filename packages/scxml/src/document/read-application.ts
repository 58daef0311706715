import type { ApplicationDefinition, Dialect } from '../api/application.js';
import type { Chart } from '../chart/chart.js';
import type { DataItem } from '../chart/unit.js';
import { type Diagnostic, DiagnosticList } from '../diagnostics.js';
import { type Limits, withLimits } from '../limits.js';
import { attribute, childElements, type XmlElement } from '../xml/element.js';
import { readXml } from '../xml/read-xml.js';
import { loadDocument, referencedAddresses } from '../xml/xinclude.js';
import { readScript } from './read-content.js';
import { readState, type StateTree } from './read-states.js';
import { detectDialect, isScxml, placeOf, Reading } from './reading.js';
import { resolveTargets } from './resolve-targets.js';
import { functionsReadEvent, sessionNames } from './session-names.js';
import { warnAboutChart } from './warnings.js';

/** A chart, unless there is an error among the findings. */
export interface ReadApplication {
  readonly chart: Chart | undefined;
  readonly diagnostics: Diagnostic[];
}

/** Compiles the documents of an application; finds every error and warning at once. */
export function readApplication(definition: ApplicationDefinition, limits: Limits): ReadApplication {
  const diagnostics = new DiagnosticList();
  const root = loadDocument(definition.main, definition.documents, limits, diagnostics);
  if (root === undefined) return { chart: undefined, diagnostics: diagnostics.sorted() };
  const dialect = definition.dialect ?? detectDialect(root);
  const reading = new Reading(dialect, definition, limits, diagnostics);
  const chart = readRoot(root, reading);
  return { chart: diagnostics.hasErrors ? undefined : chart, diagnostics: diagnostics.sorted() };
}

/** Every error and warning of an application, by document and place. Nothing is executed. */
export function checkApplication(definition: ApplicationDefinition): Diagnostic[] {
  return readApplication(definition, withLimits(definition.limits)).diagnostics;
}

/**
 * Absolute addresses that a document refers to by `xi:include`, `<script src>` and `<data src>`. The host fetches them
 * before `define`, and asks again for each included document. A malformed document refers to nothing.
 */
export function referencedDocuments(text: string, url: string): string[] {
  const root = readXml(text, url, withLimits(), new DiagnosticList());
  return root === undefined ? [] : referencedAddresses(root);
}

/** The dialect in which a document is read when its definition names none; undefined for a malformed document. */
export function dialectOf(text: string, url: string): Dialect | undefined {
  const root = readXml(text, url, withLimits(), new DiagnosticList());
  return root && detectDialect(root);
}

function readRoot(root: XmlElement, reading: Reading): Chart | undefined {
  if (root.element !== 'scxml' || !isScxml(root)) {
    reading.report('not-scxml', `The root is <${root.element}> in the namespace ${JSON.stringify(root.uri)}.`, root);
    return undefined;
  }
  const version = attribute(root, 'version');
  if (version !== undefined && version !== '1.0') {
    reading.report('version', `The version is ${JSON.stringify(version)}.`, root);
  }
  const datamodel = attribute(root, 'datamodel') ?? attribute(root, 'profile') ?? 'ecmascript';
  if (!['ecmascript', 'null', 'minimal'].includes(datamodel)) {
    reading.report('datamodel-unknown', `The data model ${JSON.stringify(datamodel)} is not supported.`, root);
  }
  const binding = attribute(root, 'binding') ?? 'early';
  if (binding !== 'early' && binding !== 'late') {
    reading.report('attribute-value', `binding is early or late, not ${JSON.stringify(binding)}.`, root);
  }
  const tree: StateTree = { states: [], transitions: [], data: new Map(), pending: [], invokes: 0 };
  readState(root, 'scxml', undefined, tree, reading);
  if ((tree.states[0]?.children.length ?? 0) === 0) {
    reading.report('element-misplaced', '<scxml> has no states.', root);
  }
  const scripts = childElements(root).flatMap((child) => {
    if (!isScxml(child) || child.element !== 'script') return [];
    const script = readScript(child, reading);
    return script === undefined ? [] : [{ unit: script.unit, place: placeOf(child) }];
  });
  const byId = resolveTargets(tree, reading);
  const isLate = binding === 'late';
  const startData = bindData(tree, isLate, reading);
  const topLevel = tree.data.get(0) ?? [];
  const all = [...tree.data.values()].flat();
  const chart: Chart = {
    url: root.url,
    dialect: reading.dialect,
    name: attribute(root, 'name') ?? '',
    datamodel: datamodel === 'ecmascript' ? 'ecmascript' : 'null',
    lateBinding: isLate,
    states: tree.states,
    byId,
    units: reading.units,
    startData,
    scripts,
    // In the original, parameters do not replace what a document says (ors-core-queue.md 2.4).
    parameterIds: new Set(
      (reading.isOrs ? all.filter(({ hasSource }) => !hasSource) : topLevel).map((item) => item.id),
    ),
    names: sessionNames(
      reading,
      all.map((item) => item.id),
    ),
    functionsReadEvent: functionsReadEvent(reading.units),
    ownLimits: ownLimits(root, reading),
  };
  warnAboutChart(chart, tree, reading);
  return chart;
}

/** Makes the unit of the start, and with late binding one unit for the data of each state. */
function bindData(tree: StateTree, isLate: boolean, reading: Reading): number {
  const items: DataItem[] = [];
  const seen = new Map<string, DataItem>();
  for (const [index, own] of [...tree.data].sort((a, b) => a[0] - b[0])) {
    for (const item of own) {
      if (seen.has(item.id)) reading.report('data-id-duplicate', `Data ${item.id} is declared twice.`, item.place);
      seen.set(item.id, item);
    }
    const state = tree.states[index];
    if (isLate && index > 0 && state !== undefined) {
      items.push(...own.map((item) => ({ ...item, value: undefined })));
      state.data = reading.addUnit({ kind: 'data', start: false, items: own });
    } else {
      items.push(...own);
    }
  }
  return reading.addUnit({ kind: 'data', start: true, items });
}

function ownLimits(root: XmlElement, reading: Reading): Chart['ownLimits'] {
  if (!reading.isOrs) return {};
  const number = (name: string): number | undefined => {
    const value = Number(attribute(root, name));
    return Number.isInteger(value) && value > 0 ? value : undefined;
  };
  const microsteps = number('_microStepLimit');
  const stateEntries = number('_stateEntryLimit');
  return {
    ...(microsteps === undefined ? {} : { microsteps }),
    ...(stateEntries === undefined ? {} : { stateEntries }),
  };
}
