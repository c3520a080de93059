import { invalidPattern } from "./invalid-pattern.ts";

type Test = (code: string) => boolean;

/** One character of a text, or none where it is `optional`; a `loop` takes any number of them. */
interface Element {
  readonly fits: Test;
  readonly kind: "one" | "optional" | "loop";
}

interface Alternative {
  readonly atStart: boolean;
  readonly atEnd: boolean;
  readonly elements: readonly Element[];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html: no groups, nothing but ASCII. */
const PIECE =
  /(?:\\x([0-9A-Fa-f]{2})|\\([dDsSwW])|\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|(\.)|([\w#=@/;,:-]))(?:([?*+])|\{(\d{1,3})(,?)(\d{0,3})\})?/y;
const classes = new Map([
  ["d", /\d/],
  ["D", /\D/],
  ["s", /\s/],
  ["S", /\S/],
  ["w", /\w/],
  ["W", /\W/],
]);

/**
 * A regular expression between percent signs, found anywhere in a text. All its places are followed at once, so that
 * the time is linear in the text whatever the expression: it comes from a caller, and the text from a stranger.
 */
export function compileRegex(source: string): (text: string) => boolean {
  const alternatives = splitAlternatives(source).map(parseAlternative);
  return (text) => alternatives.some((alternative) => isFound(alternative, text));
}

/** At each bar that is neither escaped nor in a class. */
function splitAlternatives(source: string): readonly string[] {
  const parts = [""];
  for (const [piece] of source.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|[\s\S]/g)) {
    if (piece === "|") parts.push("");
    else parts.push(`${parts.pop() ?? ""}${piece}`);
  }
  return parts;
}

function parseAlternative(source: string): Alternative {
  const atStart = source.startsWith("^");
  const atEnd = /(?<!\\)(?:\\\\)*\$$/.test(source);
  const body = source.slice(atStart ? 1 : 0, atEnd ? -1 : undefined);
  const elements: Element[] = [];
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < body.length) {
    const match = PIECE.exec(body);
    if (match === null) throw invalidPattern(`%${source}% is not a supported regular expression`);
    elements.push(...repeated(testOf(match), match));
  }
  return { atStart, atEnd, elements };
}

function testOf([, hex, shorthand, escaped, negation, members, dot, literal]: RegExpExecArray): Test {
  if (hex !== undefined) return equals(String.fromCharCode(Number.parseInt(hex, 16)));
  if (shorthand !== undefined) return classTest(shorthand);
  if (escaped !== undefined) return equals(escaped);
  if (members !== undefined) {
    const tests = [...members.matchAll(/\\([dDsSwW])|(?:\\(.)|([^\\]))(?:-(?:\\(.)|([^\\])))?/gs)].map(memberTest);
    return (code) => tests.some((test) => test(code)) === (negation === "");
  }
  return dot === undefined ? equals(literal ?? "") : (code) => code !== "\n";
}

function memberTest([, shorthand, escaped, plain, lastEscaped, lastPlain]: RegExpExecArray): Test {
  if (shorthand !== undefined) return classTest(shorthand);
  const from = escaped ?? plain ?? "";
  const to = lastEscaped ?? lastPlain ?? from;
  return (code) => code >= from && code <= to;
}

const equals =
  (expected: string): Test =>
  (code) =>
    code === expected;

function classTest(name: string): Test {
  const shape = classes.get(name);
  return (code) => shape?.test(code) === true;
}

function repeated(fits: Test, match: RegExpExecArray): readonly Element[] {
  const [, , , , , , , , sign, least, comma, most] = match;
  const times = (count: number, kind: Element["kind"]) =>
    Array.from({ length: count }, (): Element => ({ fits, kind }));
  if (sign === "?") return times(1, "optional");
  if (sign === "*") return times(1, "loop");
  if (sign === "+") return [...times(1, "one"), ...times(1, "loop")];
  if (least === undefined) return times(1, "one");
  const count = Number(least);
  if (comma === "") return times(count, "one");
  return [
    ...times(count, "one"),
    ...(most === "" ? times(1, "loop") : times(Math.max(0, Number(most) - count), "optional")),
  ];
}

function isFound(alternative: Alternative, text: string): boolean {
  const { atEnd, elements } = alternative;
  let places = withSkips(new Set([0]), elements);
  for (const code of text) {
    if (!atEnd && places.has(elements.length)) return true;
    places = advance(alternative, places, code);
  }
  return places.has(elements.length);
}

function advance({ atStart, elements }: Alternative, places: ReadonlySet<number>, code: string): ReadonlySet<number> {
  const next = new Set<number>(atStart ? [] : [0]);
  for (const place of places) {
    const element = elements[place];
    if (element?.fits(code) === true) next.add(element.kind === "loop" ? place : place + 1);
  }
  return withSkips(next, elements);
}

/** What may be left out is left out as well: a set is walked in the order in which it grows. */
function withSkips(places: Set<number>, elements: readonly Element[]): ReadonlySet<number> {
  for (const place of places) {
    const kind = elements[place]?.kind;
    if (kind === "optional" || kind === "loop") places.add(place + 1);
  }
  return places;
}
