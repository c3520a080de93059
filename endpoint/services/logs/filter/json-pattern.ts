import { comparison } from "./comparison.ts";
import type { Filter } from "./filter.ts";
import { invalidPattern } from "./invalid-pattern.ts";
import { fieldOf, parseJson } from "./json-field.ts";

type Condition = (document: unknown) => boolean;

const TOKEN =
  /\s*(?:(\|\||&&|!=|<=|>=|[(){}=<>])|"((?:[^"\\]|\\.)*)"|(\$(?:\.?\[(?:\d+|\*|"[^"]+"|'[^']+')\]|\.[\w-]+)+)|%([^%]+)%|([^\s(){}=<>&|!"%]+))/y;

interface Token {
  readonly kind: "symbol" | "string" | "selector" | "regex" | "word";
  readonly text: string;
}

/** `{ $.level = "error" && ($.status >= 500 || $.retry IS TRUE) }`: matches messages that are JSON and fit. */
export function parseJsonPattern(pattern: string): Filter {
  const tokens = tokenize(pattern);
  const parser = new Parser(tokens);
  parser.symbol("{");
  const condition = parser.anyOf();
  parser.symbol("}");
  parser.end();
  return (message) => {
    const document = parseJson(message);
    return document !== undefined && condition(document);
  };
}

function tokenize(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const text = pattern.trimEnd();
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw invalidPattern(`unexpected ${text.slice(at).trim()}`);
    const [, symbol, quoted, selector, regex, word = ""] = match;
    if (symbol !== undefined) tokens.push({ kind: "symbol", text: symbol });
    else if (quoted !== undefined) tokens.push({ kind: "string", text: quoted.replace(/\\(.)/g, "$1") });
    else if (selector !== undefined) tokens.push({ kind: "selector", text: selector });
    else if (regex !== undefined) tokens.push({ kind: "regex", text: regex });
    else tokens.push({ kind: "word", text: word });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  anyOf(): Condition {
    const conditions = [this.#allOf()];
    while (this.#accept("||")) conditions.push(this.#allOf());
    return (document) => conditions.some((condition) => condition(document));
  }

  symbol(text: string): void {
    if (!this.#accept(text)) throw invalidPattern(`expected ${text} and found ${this.#found()}`);
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw invalidPattern(`unexpected ${this.#found()}`);
  }

  #allOf(): Condition {
    const conditions = [this.#single()];
    while (this.#accept("&&")) conditions.push(this.#single());
    return (document) => conditions.every((condition) => condition(document));
  }

  #single(): Condition {
    if (this.#accept("(")) {
      const inner = this.anyOf();
      this.symbol(")");
      return inner;
    }
    const selector = this.#next();
    if (selector.kind !== "selector")
      throw invalidPattern(`expected a selector such as $.level, found ${selector.text}`);
    return this.#comparison(selector.text);
  }

  #comparison(selector: string): Condition {
    const operator = this.#next();
    switch (operator.text.toUpperCase()) {
      case "IS":
        return this.#is(selector);
      case "NOT":
        this.#keyword("EXISTS");
        return (document) => fieldOf(document, selector).length === 0;
      case "EXISTS":
        return (document) => fieldOf(document, selector).length > 0;
      default:
        return compare(selector, operator.text, this.#next());
    }
  }

  #is(selector: string): Condition {
    const { text } = this.#next();
    const value = new Map<string, unknown>([
      ["NULL", null],
      ["TRUE", true],
      ["FALSE", false],
    ]).get(text.toUpperCase());
    if (value === undefined) throw invalidPattern(`IS takes NULL, TRUE or FALSE, not ${text}`);
    return (document) => fieldOf(document, selector).includes(value);
  }

  #keyword(text: string): void {
    if (this.#next().text.toUpperCase() !== text) throw invalidPattern(`expected ${text}`);
  }

  #accept(symbol: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "symbol" || token.text !== symbol) return false;
    this.#at += 1;
    return true;
  }

  #next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw invalidPattern("it ends too early");
    this.#at += 1;
    return token;
  }

  #found(): string {
    return this.#tokens[this.#at]?.text ?? "its end";
  }
}

function compare(selector: string, operator: string, { kind, text }: Token): Condition {
  if (kind === "symbol" || kind === "selector") throw invalidPattern(`${operator} needs a value, and ${text} is none`);
  const matches = comparison(operator, { kind, text }, "typed");
  return (document) => fieldOf(document, selector).some(matches);
}
