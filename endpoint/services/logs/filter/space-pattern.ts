import { comparison, type Operand } from "./comparison.ts";
import type { Filter } from "./filter.ts";
import { invalidPattern } from "./invalid-pattern.ts";

type Condition = (value: string) => boolean;
type Column = "any number" | Condition;

const CONDITION = /\s*([\w.$-]+)\s*(?:(!=|<=|>=|=|<|>)\s*(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s,&|()"%[\]]+)))?/y;
const JOINT = /\s*(&&|\|\||,|\]|\(|\))/y;
/** What stands in brackets or quotes is one field. */
const FIELD = /\[([^\]]*)\]|"([^"]*)"|(\S+)/g;

/**
 * `[ip, user, ..., status = 4*, bytes > 1000]`: a line of as many fields, or with dots of at least as many, that fit.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function parseSpacePattern(pattern: string): Filter {
  const columns = columnsOf(pattern);
  const dots = columns.indexOf("any number");
  const conditions = columns.filter((column) => column !== "any number");
  if (columns.length - conditions.length > 1) throw invalidPattern("it has more than one ellipsis");
  return (message) => {
    const fields = [...message.matchAll(FIELD)].map(
      ([, bracketed, quoted, plain]) => bracketed ?? quoted ?? plain ?? "",
    );
    if (dots === -1 ? fields.length !== conditions.length : fields.length < conditions.length) return false;
    const behind = dots === -1 ? 0 : conditions.length - dots;
    const chosen =
      behind === 0 && dots === -1 ? fields : [...fields.slice(0, dots), ...fields.slice(fields.length - behind)];
    return conditions.every((condition, at) => condition(chosen[at] ?? ""));
  };
}

function columnsOf(pattern: string): readonly Column[] {
  const reader = new Reader(pattern, 1);
  const columns: Column[] = [];
  for (;;) {
    columns.push(reader.dots() ? "any number" : reader.anyOf());
    const joint = reader.joint();
    if (joint === "]") break;
    if (joint !== ",") throw invalidPattern(`expected a comma and found ${joint}`);
  }
  reader.end();
  return columns;
}

class Reader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  dots(): boolean {
    return this.#match(/\s*\.\.\.(?=\s*[,\]])/y) !== undefined;
  }

  anyOf(): Condition {
    const conditions = [this.#allOf()];
    while (this.#match(/\s*\|\|/y)) conditions.push(this.#allOf());
    return (value) => conditions.some((condition) => condition(value));
  }

  joint(): string {
    return this.#match(JOINT)?.[1] ?? this.#unexpected();
  }

  end(): void {
    if (this.#text.slice(this.#at).trim() !== "") this.#unexpected();
  }

  #allOf(): Condition {
    const conditions = [this.#single()];
    while (this.#match(/\s*&&/y)) conditions.push(this.#single());
    return (value) => conditions.every((condition) => condition(value));
  }

  #single(): Condition {
    if (this.#match(/\s*\(/y)) {
      const inner = this.anyOf();
      if (this.joint() !== ")") this.#unexpected();
      return inner;
    }
    const [, , operator, quoted, regex, word] = this.#match(CONDITION) ?? this.#unexpected();
    if (operator === undefined) return () => true;
    return comparison(operator, operandOf(quoted, regex, word), "as text");
  }

  #match(shape: RegExp): RegExpExecArray | undefined {
    shape.lastIndex = this.#at;
    const match = shape.exec(this.#text) ?? undefined;
    if (match !== undefined) this.#at = shape.lastIndex;
    return match;
  }

  #unexpected(): never {
    throw invalidPattern(`unexpected ${this.#text.slice(this.#at).trim() || "end"}`);
  }
}

function operandOf(quoted: string | undefined, regex: string | undefined, word = ""): Operand {
  if (regex !== undefined) return { kind: "regex", text: regex };
  return quoted === undefined ? { kind: "word", text: word } : { kind: "string", text: quoted.replace(/\\(.)/g, "$1") };
}
