import { astToString } from 'openapi-typescript';
import ts from 'typescript';

/** A name that saves fewer lines is not worth looking up. */
const minSavedLines = 12;
const structuralNames = new Set(
  'get put post delete patch requestBody responses content path query'.split(' '),
);

interface Repeated {
  node: ts.TypeLiteralNode;
  /** Of the properties that have this type. */
  names: string[];
}

/**
 * Replaces repeated object types by references. They are `named`, by printed type, or called after the property that
 * most often has the type.
 */
export function shareRepeated(
  types: ReadonlyMap<string, ts.TypeNode>,
  named: ReadonlyMap<string, string> = new Map(),
) {
  const shared = new Map<string, ts.TypeNode>();
  let rest = new Map(types);
  for (;;) {
    const repeated = findMostRepeated(new Map([...rest, ...shared]));
    if (!repeated) return { types: rest, shared };
    const text = printType(repeated.node);
    const name = toFreeName(
      named.get(text) ?? nameAnswer(text, named) ?? findMostFrequent(repeated.names),
      shared,
    );
    const replace = createReplacer(text, ts.factory.createTypeReferenceNode(name));
    rest = mapValues(rest, replace);
    for (const [other, type] of shared) shared.set(other, replace(type));
    shared.set(name, repeated.node);
  }
}

/** Sorted. */
export function findReferences(type: ts.TypeNode, shared: ReadonlyMap<string, unknown>): string[] {
  const names = new Set<string>();
  walk(type, '', (node) => {
    if (!ts.isTypeReferenceNode(node) || !ts.isIdentifier(node.typeName)) return;
    if (shared.has(node.typeName.text)) names.add(node.typeName.text);
  });
  return [...names].sort();
}

export function getName({ name }: ts.TypeElement): string {
  return name && 'text' in name ? name.text : '';
}

/** Types with the same text are the same. */
export const printType = (node: ts.TypeNode) => astToString(node).trim();

function findMostRepeated(types: ReadonlyMap<string, ts.TypeNode>): Repeated | undefined {
  const found = new Map<string, Repeated>();
  for (const [path, type] of types)
    walk(type, path.replaceAll(/\/?\{[^}]*\}/g, '').replace(/^.*\//, ''), (node, name) => {
      if (!ts.isTypeLiteralNode(node) || node === type) return;
      const repeated = found.get(printType(node)) ?? { node, names: [] };
      repeated.names.push(name);
      found.set(printType(node), repeated);
    });
  const saved = ([text, { names }]: [string, Repeated]) => (names.length - 1) * text.split('\n').length;
  const [first] = [...found].sort((a, b) => saved(b) - saved(a));
  return first && saved(first) >= minSavedLines ? first[1] : undefined;
}

function walk(node: ts.Node, name: string, visit: (node: ts.Node, name: string) => void): void {
  visit(node, name);
  const own = ts.isPropertySignature(node) ? getName(node) : '';
  const below = /^[a-z]\w*$/.test(own) && !structuralNames.has(own) ? own : name;
  ts.forEachChild(node, (child) => walk(child, below, visit));
}

function createReplacer(text: string, reference: ts.TypeReferenceNode) {
  const visit = (node: ts.Node): ts.Node =>
    ts.isTypeLiteralNode(node) && printType(node) === text
      ? reference
      : ts.visitEachChild(node, visit, undefined);
  return (type: ts.TypeNode) => ts.visitEachChild(type, visit, undefined);
}

const mapValues = <V>(map: ReadonlyMap<string, V>, change: (value: V) => V) =>
  new Map([...map].map(([key, value]) => [key, change(value)] as const));

/** `ErrorBody answer` for an answer whose JSON has this named type, `ErrorBody content` for its content; else null. */
function nameAnswer(type: string, named: ReadonlyMap<string, string>): string | null {
  const flat = (text: string) => text.replaceAll(/\s+/gu, ' ');
  const whole = flat(type);
  const found = [...named].find(([text]) => whole.includes(`"application/json": ${flat(text)}; }`));
  if (!found) return null;
  return `${found[1]} ${whole.startsWith('{ "application/json"') ? 'content' : 'answer'}`;
}

/** The later of two equally frequent names: a list comes before the path of a single item. */
function findMostFrequent(names: readonly string[]): string {
  const times = Map.groupBy(names, (name) => name);
  return [...times].sort(([, a], [, b]) => a.length - b.length).at(-1)?.[0] ?? '';
}

/** `persona_facets` becomes `PersonaFacets`, or `PersonaFacets2` if that is taken. */
function toFreeName(property: string, taken: ReadonlyMap<string, unknown>): string {
  const name = property.replaceAll(/(?:^|[^A-Za-z0-9]+)([a-z])/g, (_all, letter: string) =>
    letter.toUpperCase(),
  );
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
