import { parse } from "@babel/parser";
import { Failure } from "../failure.ts";

type Module = ReturnType<typeof parse>["program"]["body"];
type Node = Module[number];
type ExportDefault = Extract<Node, { type: "ExportDefaultDeclaration" }>;
type Expression = ExportDefault["declaration"];
type ObjectLiteral = Extract<Expression, { type: "ObjectExpression" }>;
type Property = ObjectLiteral["properties"][number];

/** Whose entries a command writes. */
export type Room = "services" | "secrets";

/**
 * The map's source with one more entry at the end of a room. All else stays as it is: formatting, comments, expressions.
 * @param entry `name: { … }`, indented as if it began a line
 * @throws {Failure} for a map whose room is not written out in the file
 */
export function insertEntry(source: string, room: Room, entry: string): string {
  const { properties, end } = roomIn(source, room);
  const last = properties.at(-1);
  const closing = end - 1;
  const outer = indentAt(source, closing);
  const indent = last === undefined ? `${outer}  ` : indentAt(source, startOf(last));
  const text = `${entry.replaceAll(/^(?=.)/gm, indent)},\n`;
  if (last === undefined) return `${source.slice(0, closing).trimEnd()}\n${text}${outer}${source.slice(closing)}`;
  const after = endOf(last);
  // A comment behind the last entry stays behind it.
  const rest = source.slice(after, closing);
  const separated = /^\s*,/.test(rest) ? rest : `,${rest}`;
  return `${source.slice(0, after)}${separated.trimEnd()}\n${text}${outer}${source.slice(closing)}`;
}

/** The map's source without an entry, and without the comments that stand above it. */
export function removeEntry(source: string, room: Room, name: string): string {
  const { properties } = roomIn(source, room);
  const entry = properties.find((property) => nameOf(property) === name);
  if (entry === undefined) throw new Failure(`fleet.config.ts has no ${room}.${name} that is written out in it.`);
  const [comment] = entry.leadingComments ?? [];
  const start = Math.min(startOf(entry), comment?.start ?? startOf(entry));
  const lineStart = source.lastIndexOf("\n", start - 1) + 1;
  const end = endOf(entry);
  const tail = /^\s*,?[^\S\n]*(?:\/\/[^\n]*)?\n?/.exec(source.slice(end))?.[0] ?? "";
  const before = source.slice(0, lineStart);
  const after = source.slice(end + tail.length);
  // One blank line is left of two.
  return before.endsWith("\n\n") && /^\s*\n|^\s*\}/.test(after)
    ? `${before.slice(0, -1)}${after}`
    : `${before}${after}`;
}

function roomIn(source: string, room: Room): { readonly properties: readonly Property[]; readonly end: number } {
  const map = literalOf(exported(source));
  const found = map?.properties.find((property) => nameOf(property) === room);
  const value = found?.type === "ObjectProperty" && found.value.type === "ObjectExpression" ? found.value : undefined;
  if (value === undefined || typeof value.end !== "number") {
    throw new Failure(
      `fleet.config.ts does not write out \`${room}: { … }\` in the map that it exports: edit it by hand.`,
    );
  }
  return { properties: value.properties, end: value.end };
}

function exported(source: string): Expression | undefined {
  const { body } = parse(source, { sourceType: "module", plugins: ["typescript"] }).program;
  return body.find((node) => node.type === "ExportDefaultDeclaration")?.declaration;
}

/** `{ … }`, `defineFleet({ … })`, and either with `satisfies` or `as` behind it. */
function literalOf(node: Expression | undefined): ObjectLiteral | undefined {
  switch (node?.type) {
    case "ObjectExpression":
      return node;
    case "TSSatisfiesExpression":
    case "TSAsExpression":
      return literalOf(node.expression);
    case "CallExpression": {
      const [first] = node.arguments;
      return first?.type === "ObjectExpression" ? first : undefined;
    }
    default:
      return undefined;
  }
}

function nameOf(property: Property): string | undefined {
  if (property.type === "SpreadElement" || property.computed) return undefined;
  const { key } = property;
  return key.type === "Identifier" ? key.name : key.type === "StringLiteral" ? key.value : undefined;
}

const startOf = ({ start }: Property): number => start ?? 0;
const endOf = ({ end }: Property): number => end ?? 0;

function indentAt(source: string, at: number): string {
  const line = source.slice(source.lastIndexOf("\n", at - 1) + 1, at);
  return /^\s*/.exec(line)?.[0] ?? "";
}
