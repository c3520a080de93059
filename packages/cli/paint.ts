import { randomInt } from "node:crypto";
import { harmless } from "#chat/text/harmless.ts";

/** https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters */
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;
type Color = keyof typeof codes;

/** Colours for a text, or the plain text when colours are off. */
export type Paint = { readonly isColorSupported: boolean } & Readonly<Record<Color, (text: string | number) => string>>;

/**
 * Our own sequences carry a number that nobody outside this process knows, so that those in a text of AWS, of a log or
 * of a task can be told apart: `writable` lets ours through alone. Three parameters of four digits each, as
 * `stripVTControlCharacters` takes them.
 */
const signature = Array.from({ length: 3 }, () => randomInt(1_000, 10_000)).join(";");
const ours = new RegExp(`\u001b\\[(\\d+);${signature}m`, "g");

export function createPaint(isColorSupported: boolean): Paint {
  const between = ([open, close]: readonly [number, number]) =>
    isColorSupported
      ? (text: string | number) => `\u001b[${open};${signature}m${text}\u001b[${close};${signature}m`
      : String;
  return {
    isColorSupported,
    bold: between(codes.bold),
    dim: between(codes.dim),
    red: between(codes.red),
    green: between(codes.green),
    yellow: between(codes.yellow),
    cyan: between(codes.cyan),
  };
}

/** `NO_COLOR` counts unless it is empty: https://no-color.org; `FORCE_COLOR=0` is no force. */
export function isColored(
  { isTTY }: { readonly isTTY?: boolean },
  { NO_COLOR = "", FORCE_COLOR = "0", TERM }: Readonly<NodeJS.ProcessEnv>,
): boolean {
  if (NO_COLOR !== "") return false;
  if (FORCE_COLOR !== "0" && FORCE_COLOR !== "") return true;
  return isTTY === true && TERM !== "dumb";
}

/** A text with what is harmful in it made visible, and our own colours as they were: as wide as it will be. */
export function cleaned(text: string): string {
  const parts = text.split(ours).map((part, at) => (at % 2 === 1 ? `\u001b[${part};${signature}m` : harmless(part)));
  return parts.join("");
}

/** What may be written to a terminal, a pipe or a file: cleaned, and our own colours where they are wanted. */
export function writable(text: string, isColorSupported: boolean): string {
  return cleaned(text).replace(ours, isColorSupported ? "\u001b[$1m" : "");
}
