import { parse } from "@babel/parser";
import { Failure } from "../failure.ts";

type Parsed = ReturnType<typeof parse>;
type Module = Parsed["program"]["body"];
type ExportDefault = Extract<Module[number], { type: "ExportDefaultDeclaration" }>;
type Expression = ExportDefault["declaration"];
type ObjectLiteral = Extract<Expression, { type: "ObjectExpression" }>;
type Property = ObjectLiteral["properties"][number];
/** Whatever may stand in the place of an object. */
type Value = Expression | Extract<Property, { type: "ObjectProperty" }>["value"] | Call["arguments"][number];
type Call = Extract<Expression, { type: "CallExpression" }>;

/** Whose entries a command writes. */
export type Room = "services" | "secrets";

/**
 * The map's source with one more entry at the end of a room. All else stays as it is: formatting, comments, expressions.
 * @param entry `name: { … }`, indented as if it began a line
 * @throws {Failure} for a map whose room is not written out in the file
 */
export function insertEntry(source: string, room: Room, entry: string): string {
  const { properties, closing, isLine } = roomIn(source, room);
  const last = properties.at(-1);
  if (isLine && last !== undefined) {
    return `${source.slice(0, endOf(last))}, ${inLine(entry)}${source.slice(endOf(last))}`;
  }
  // As the line above ends.
  const eol = source[source.lastIndexOf("\n", closing) - 1] === "\r" ? "\r\n" : "\n";
  const outer = indentAt(source, closing);
  const indent = last === undefined ? `${outer}  ` : indentAt(source, startOf(last));
  const text = `${entry.replaceAll(/^(?=.)/gm, indent)},\n`.replaceAll("\n", eol);
  const tail = source.slice(last === undefined ? closing : endOf(last), closing);
  const comma = untilComma.exec(tail)?.[0];
  // A comment behind the last entry stays behind it.
  const behind =
    /^(?:[^\S\n]*(?:\/\/[^\n]*|\/\*[\s\S]*?\*\/))*/.exec(tail.slice(comma?.length ?? 0))?.[0].trimEnd() ?? "";
  const kept = `${last === undefined || comma !== undefined ? "" : ","}${comma ?? ""}${behind}`;
  const rest = tail.slice((comma?.length ?? 0) + behind.length).trimEnd();
  const before = source.slice(0, closing - tail.length);
  const own = rest === "" ? "" : `${rest.replace(/^\s*?\n/, "")}${eol}`;
  return `${last === undefined ? before.trimEnd() : before}${kept}${eol}${text}${own}${outer}${source.slice(closing)}`;
}

/** Texts in an entry are escaped: its line breaks are all between them. */
const inLine = (entry: string): string =>
  entry.replaceAll(/,\n\s*(?=\])|(?<=\[)\n\s*/g, "").replaceAll(/,\n\s*(?=\})|\n\s*/g, " ");

/** Behind an entry. */
const untilComma = /^(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*\n)*,/;

/** The map's source without an entry, and without the comments that stand right above it. */
export function removeEntry(source: string, room: Room, name: string): string {
  const { properties, comments, isLine } = roomIn(source, room);
  const at = properties.findIndex((property) => nameOf(property) === name);
  const [previous, entry] = [properties[at - 1], properties[at]];
  if (entry === undefined) throw new Failure(`fleet.config.ts has no ${room}.${name} that is written out in it.`);
  if (isLine && previous !== undefined && at === properties.length - 1) {
    return `${source.slice(0, endOf(previous))}${source.slice(endOf(entry))}`;
  }
  const start = beginningOf(source, startOf(entry), comments);
  const after = source.slice(endOf(entry));
  const behind = untilComma.exec(after)?.[0] ?? "";
  const isAlone = start === 0 || source[start - 1] === "\n";
  const rest = /^[^\S\n]*(?:\/\/[^\n]*)?(?:\n|$)/.exec(after.slice(behind.length))?.[0];
  const before = source.slice(0, start);
  if (!isAlone || rest === undefined) return `${before}${after.slice(behind.length).replace(/^[^\S\n]+/, "")}`;
  const left = after.slice(behind.length + rest.length);
  // One blank line is left of two.
  const isDoubled = /(?:^|\n)\r?\n$/.test(before) && /^\s*?\n|^\s*\}/.test(left);
  return `${isDoubled ? before.replace(/\r?\n$/, "") : before}${left}`;
}

/** Where an entry's own lines begin, with the comments on those right above it; the entry itself where it shares a line. */
function beginningOf(source: string, at: number, comments: readonly Span[]): number {
  const line = source.lastIndexOf("\n", at - 1) + 1;
  if (source.slice(line, at).trim() !== "") return at;
  const above = comments.find(({ end }) => end <= line && /^[^\S\n]*\n$/.test(source.slice(end, line)));
  if (above === undefined) return line;
  const start = beginningOf(source, above.start, comments);
  return start === 0 || source[start - 1] === "\n" ? start : line;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Written {
  readonly properties: readonly Property[];
  /** Where its brace closes. */
  readonly closing: number;
  readonly comments: readonly Span[];
  /** Whether it is in one line, without a comment. */
  readonly isLine: boolean;
}

function roomIn(source: string, room: Room): Written {
  const { program, comments } = parse(source, { sourceType: "module", plugins: ["typescript"] });
  const map = literalOf(exported(program.body), program.body);
  const found = map?.properties.find((property) => nameOf(property) === room);
  const value = found?.type === "ObjectProperty" ? literalOf(found.value, program.body) : undefined;
  if (value === undefined || typeof value.end !== "number") {
    throw new Failure(
      `fleet.config.ts does not write out \`${room}: { … }\` in the map that it exports: put the entry there by hand.`,
    );
  }
  const closing = value.end - 1;
  const spans = (comments ?? []).map((comment) => ({ start: startOf(comment), end: endOf(comment) }));
  const isCommented = spans.some(({ start }) => startOf(value) < start && start < closing);
  return {
    properties: value.properties,
    closing,
    comments: spans,
    isLine: !isCommented && !source.slice(startOf(value), closing).includes("\n"),
  };
}

function exported(body: Module): Expression | undefined {
  return body.find((node) => node.type === "ExportDefaultDeclaration")?.declaration;
}

/** `{ … }`, `defineFleet({ … })`, either with `satisfies` or `as` behind it, or the name of a constant that is one. */
function literalOf(node: Value | undefined, body: Module, depth = 0): ObjectLiteral | undefined {
  if (depth > 10) return undefined;
  const within = (inner: Value | undefined) => literalOf(inner, body, depth + 1);
  switch (node?.type) {
    case "ObjectExpression":
      return node;
    case "TSSatisfiesExpression":
    case "TSAsExpression":
      return within(node.expression);
    case "CallExpression":
      return within(node.arguments[0]);
    case "Identifier":
      return within(constant(node.name, body));
    default:
      return undefined;
  }
}

function constant(name: string, body: Module): Expression | undefined {
  const declarations = body.flatMap((node) => {
    const declared = node.type === "ExportNamedDeclaration" ? node.declaration : node;
    return declared?.type === "VariableDeclaration" ? declared.declarations : [];
  });
  const found = declarations.find(({ id }) => id.type === "Identifier" && id.name === name)?.init;
  return found ?? undefined;
}

function nameOf(property: Property): string | undefined {
  if (property.type === "SpreadElement" || property.computed) return undefined;
  const { key } = property;
  return key.type === "Identifier" ? key.name : key.type === "StringLiteral" ? key.value : undefined;
}

const startOf = ({ start }: { readonly start?: number | null }): number => start ?? 0;
const endOf = ({ end }: { readonly end?: number | null }): number => end ?? 0;

function indentAt(source: string, at: number): string {
  const line = source.slice(source.lastIndexOf("\n", at - 1) + 1, at);
  return /^\s*/.exec(line)?.[0] ?? "";
}
