import { stripVTControlCharacters } from "node:util";
import { harmful } from "#chat/text/harmless.ts";

/** Untrusted text as one line that a terminal shows but does not obey. */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll("\t", "  ")
    .replace(/[\n\u200c\u200d]/g, " ")
    .replace(harmful, " ")
    .trimEnd();
}
