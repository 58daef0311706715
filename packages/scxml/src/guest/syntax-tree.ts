import type { Node } from 'acorn';

/** A node of the syntax tree whose kind is not known statically. */
export type AnyNode = Node & { [key: string]: unknown };

export function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** Child nodes in source order. */
export function childNodes(node: AnyNode): AnyNode[] {
  const found: AnyNode[] = [];
  for (const key in node) {
    const value = node[key];
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value)) {
      if (isNode(value)) found.push(value);
      continue;
    }
    for (const item of value) if (isNode(item)) found.push(item);
  }
  return found;
}

/** The child under a name. */
export function nodeAt(node: AnyNode, key: string): AnyNode | undefined {
  const value = node[key];
  return isNode(value) ? value : undefined;
}

/** The list of children under a name. */
export function nodesAt(node: AnyNode, key: string): AnyNode[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function nameOf(node: AnyNode | undefined): string {
  return typeof node?.name === 'string' ? node.name : '';
}

/** Names that a pattern binds. */
export function boundNames(pattern: AnyNode): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [nameOf(pattern)];
    case 'ObjectPattern':
      return nodesAt(pattern, 'properties').flatMap((property) =>
        boundNames(nodeAt(property, property.type === 'RestElement' ? 'argument' : 'value') ?? property),
      );
    case 'ArrayPattern':
      return nodesAt(pattern, 'elements').flatMap(boundNames);
    case 'AssignmentPattern':
      return boundNames(nodeAt(pattern, 'left') ?? pattern);
    case 'RestElement':
      return boundNames(nodeAt(pattern, 'argument') ?? pattern);
    default:
      return [];
  }
}

export const functionTypes = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** Names that `var` declarations bind in a function, not looking into nested functions. */
export function hoistedNames(node: AnyNode, into: Set<string>): void {
  for (const child of childNodes(node)) {
    if (child.type === 'FunctionDeclaration') into.add(nameOf(nodeAt(child, 'id')));
    if (functionTypes.has(child.type) || child.type === 'ClassDeclaration' || child.type === 'ClassExpression')
      continue;
    if (child.type === 'VariableDeclaration' && child.kind === 'var') {
      for (const declarator of nodesAt(child, 'declarations')) {
        const id = nodeAt(declarator, 'id');
        if (id !== undefined) for (const name of boundNames(id)) into.add(name);
      }
    }
    hoistedNames(child, into);
  }
}

/** Names that a list of statements binds lexically. */
export function lexicalNames(statements: readonly AnyNode[]): Set<string> {
  const names = new Set<string>();
  for (const statement of statements) {
    if (statement.type === 'VariableDeclaration' && statement.kind !== 'var') {
      for (const declarator of nodesAt(statement, 'declarations')) {
        const id = nodeAt(declarator, 'id');
        if (id !== undefined) for (const name of boundNames(id)) names.add(name);
      }
    } else if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
      names.add(nameOf(nodeAt(statement, 'id')));
    }
  }
  return names;
}
