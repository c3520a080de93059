import { compileWildcard } from "#endpoint/core/wildcard.ts";
import { invalidPattern } from "./invalid-pattern.ts";
import { compileRegex } from "./regex.ts";

/** What a condition compares with, by how the pattern writes it. */
export type Operand =
  | { readonly kind: "word" | "string"; readonly text: string }
  | { readonly kind: "regex"; readonly text: string };

/** `asText` compares numbers in texts, as the fields of a line are, and not only those of a JSON document. */
export function comparison(
  operator: string,
  operand: Operand,
  numbers: "typed" | "as text",
): (value: unknown) => boolean {
  if (operand.kind === "regex") return textTest(operator, operand.text, compileRegex(operand.text));
  if (operand.kind === "word" && isNumber(operand.text)) return numberTest(operator, Number(operand.text), numbers);
  return textTest(operator, operand.text, compileWildcard(operand.text, { questionMark: "itself" }));
}

function isNumber(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}

function textTest(operator: string, text: string, fits: (value: string) => boolean): (value: unknown) => boolean {
  switch (operator) {
    case "=":
      return (value) => isScalar(value) && fits(String(value));
    case "!=":
      return (value) => !(isScalar(value) && fits(String(value)));
    default:
      throw invalidPattern(`${operator} compares numbers, and ${text} is text`);
  }
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function numberTest(operator: string, operand: number, numbers: "typed" | "as text"): (value: unknown) => boolean {
  const test = orders.get(operator);
  if (test === undefined) throw invalidPattern(`${operator} is not a comparison`);
  return (value) => {
    const number = numbers === "as text" && typeof value === "string" && isNumber(value) ? Number(value) : value;
    return typeof number === "number" ? test(number, operand) : operator === "!=" && numbers === "as text";
  };
}

const orders = new Map<string, (value: number, operand: number) => boolean>([
  ["=", (value, operand) => value === operand],
  ["!=", (value, operand) => value !== operand],
  ["<", (value, operand) => value < operand],
  ["<=", (value, operand) => value <= operand],
  [">", (value, operand) => value > operand],
  [">=", (value, operand) => value >= operand],
]);
