const BEFORE_ROOT = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>/g;
const ROOT = /<(?:[\w.-]+:)?scxml((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*\/?>/;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/**
 * The attributes of the root of a well-formed SCXML document, as they are written; declarations of namespaces are left
 * out. What the server reads of them (`name`, `_maxtime`, `_persist`, `_debug`) has no use for entities.
 */
export function rootAttributes(document: string): Record<string, string> {
  const root = ROOT.exec(document.replace(BEFORE_ROOT, ''))?.[1] ?? '';
  const attributes = [...root.matchAll(ATTRIBUTE)].map(
    ([, name = '', double, single]) => [name, double ?? single ?? ''] as const,
  );
  return Object.fromEntries(attributes.filter(([name]) => !name.startsWith('xmlns')));
}
