import { astToString } from 'openapi-typescript';
import ts from 'typescript';

/** Fewer lines than these are shorter in place than a name that one has to look up. */
const worthALookUp = 12;
/** Every path has these; they say nothing about what is in them. */
const structure = new Set('get put post delete patch requestBody responses content path query'.split(' '));

interface Repeated {
  node: ts.TypeLiteralNode;
  /** What it is called, in each place. */
  names: string[];
}

/**
 * Gives each object type that is often repeated a name, that of the property which most often has it; `types` are by
 * their paths. Returns the types with references in their place, and what the names stand for.
 */
export function shareRepeated(types: ReadonlyMap<string, ts.TypeNode>) {
  const shared = new Map<string, ts.TypeNode>();
  let rest = new Map(types);
  for (;;) {
    const repeated = mostRepeated(new Map([...rest, ...shared]));
    if (!repeated) return { types: rest, shared };
    const name = freeName(mostFrequent(repeated.names), shared);
    const replace = replacer(textOf(repeated.node), ts.factory.createTypeReferenceNode(name));
    rest = mapped(rest, replace);
    for (const [other, type] of shared) shared.set(other, replace(type));
    shared.set(name, repeated.node);
  }
}

/** The names of shared types that a type refers to, sorted. */
export function namesIn(type: ts.TypeNode, shared: ReadonlyMap<string, unknown>): string[] {
  const names = new Set<string>();
  walk(type, '', (node) => {
    if (!ts.isTypeReferenceNode(node) || !ts.isIdentifier(node.typeName)) return;
    if (shared.has(node.typeName.text)) names.add(node.typeName.text);
  });
  return [...names].sort();
}

/** The text of a property's name, without quotes. */
export function nameOf({ name }: ts.TypeElement): string {
  return name && 'text' in name ? name.text : '';
}

/** A type's text is its identity: what reads alike is the same. */
const textOf = (node: ts.TypeNode) => astToString(node).trim();

function mostRepeated(types: ReadonlyMap<string, ts.TypeNode>): Repeated | undefined {
  const found = new Map<string, Repeated>();
  for (const [path, type] of types)
    walk(type, path.replaceAll(/\/?\{[^}]*\}/g, '').replace(/^.*\//, ''), (node, name) => {
      if (!ts.isTypeLiteralNode(node) || node === type) return;
      const repeated = found.get(textOf(node)) ?? { node, names: [] };
      repeated.names.push(name);
      found.set(textOf(node), repeated);
    });
  const saved = ([text, { names }]: [string, Repeated]) => (names.length - 1) * text.split('\n').length;
  const [first] = [...found].sort((a, b) => saved(b) - saved(a));
  return first && saved(first) >= worthALookUp ? first[1] : undefined;
}

function walk(node: ts.Node, name: string, visit: (node: ts.Node, name: string) => void): void {
  visit(node, name);
  const own = ts.isPropertySignature(node) ? nameOf(node) : '';
  const below = /^[a-z]\w*$/.test(own) && !structure.has(own) ? own : name;
  ts.forEachChild(node, (child) => walk(child, below, visit));
}

function replacer(text: string, reference: ts.TypeReferenceNode) {
  const visit = (node: ts.Node): ts.Node =>
    ts.isTypeLiteralNode(node) && textOf(node) === text
      ? reference
      : ts.visitEachChild(node, visit, undefined);
  return (type: ts.TypeNode) => ts.visitEachChild(type, visit, undefined);
}

const mapped = <V>(map: ReadonlyMap<string, V>, change: (value: V) => V) =>
  new Map([...map].map(([key, value]) => [key, change(value)] as const));

/** The later of two that are as frequent: what is asked for by its own path comes after what leads to it. */
function mostFrequent(names: readonly string[]): string {
  const times = Map.groupBy(names, (name) => name);
  return [...times].sort(([, a], [, b]) => a.length - b.length).at(-1)?.[0] ?? '';
}

/** `persona_facets` gives `PersonaFacets`; a number follows where that is taken. */
function freeName(property: string, taken: ReadonlyMap<string, unknown>): string {
  const name = property.replaceAll(/(?:^|[^A-Za-z0-9]+)([a-z])/g, (_all, letter: string) =>
    letter.toUpperCase(),
  );
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
