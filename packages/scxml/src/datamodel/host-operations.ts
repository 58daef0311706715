import { DiagnosticList } from '../diagnostics.js';
import { type JsonValue, parseJson } from '../json.js';
import { defaultLimits } from '../limits.js';
import type { XmlNode } from '../xml/element.js';
import { readXml } from '../xml/read-xml.js';
import type { EvaluationContext } from './data-model.js';

/**
 * Answers what guest code asks through the one function that leads out of a realm. Everything that arrives is text
 * that a guest may have made up; nothing is thrown back. An unknown or malformed request is answered with undefined.
 */
export function answerGuest(
  op: string,
  text: string,
  context: EvaluationContext | undefined,
  functions: readonly string[],
): string | number | undefined {
  if (op === 'function') return functions[Number(text)] ?? '(void 0)';
  if (op === 'xml') return xmlTree(text);
  if (context === undefined) return undefined;
  context.spendBytes(text.length);
  switch (op) {
    case 'now':
      return context.now;
    case 'random':
      return context.random();
    case 'in': {
      const id = parseJson(text);
      return typeof id === 'string' && context.isActive(id) ? 1 : 0;
    }
    case 'call': {
      const request = parseJson(text);
      if (!Array.isArray(request)) return undefined;
      const [name, args] = request;
      if (typeof name === 'string' && Array.isArray(args)) context.emitCall(name, args);
      return undefined;
    }
    case 'called': {
      const name = parseJson(text);
      const args = typeof name === 'string' ? context.called(name) : undefined;
      return args && JSON.stringify(args);
    }
    case 'env':
      return JSON.stringify(context.environment);
    case 'log': {
      const request = parseJson(text);
      if (!Array.isArray(request)) return undefined;
      const [message, label, level] = request;
      if (typeof message !== 'string') return undefined;
      context.emitLog(message, typeof label === 'string' ? label : undefined, typeof level === 'number' ? level : 1);
      return undefined;
    }
    case 'raise': {
      const request = parseJson(text);
      if (!Array.isArray(request)) return undefined;
      const [name, data] = request;
      if (typeof name === 'string' && data !== undefined) context.raise(name, data);
      return undefined;
    }
    case 'url':
      return context.url;
    case 'states':
      return JSON.stringify(context.activeIds());
    case '_sessionid':
      return JSON.stringify(context.sessionId);
    case '_name':
      return JSON.stringify(context.sessionName);
    case '_ioprocessors':
      return JSON.stringify(context.ioprocessors);
    case '_x':
      return JSON.stringify({ environment: context.environment });
    default:
      return undefined;
  }
}

/** XML text (as a JSON string) to the tree from which the guest builds its DOM; undefined if it is not well-formed. */
function xmlTree(text: string): string | undefined {
  const source = parseJson(text);
  if (typeof source !== 'string') return undefined;
  const root = readXml(source.trim(), 'data', defaultLimits, new DiagnosticList());
  return root === undefined ? undefined : JSON.stringify(tree(root));
}

function tree(node: XmlNode): JsonValue {
  if (node.kind === 'text') return node.text;
  const name = node.prefix === '' ? node.element : `${node.prefix}:${node.element}`;
  const attributes = Object.fromEntries([...node.attributes.values()].map((found) => [found.name, found.value]));
  return [name, attributes, node.children.map(tree)];
}
