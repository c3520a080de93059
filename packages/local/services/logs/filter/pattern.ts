import { invalidPattern } from "./invalid-pattern.ts";
import { parseJsonPattern } from "./json-pattern.ts";
import { parseTerms } from "./terms.ts";

/** Whether a message matches a filter pattern. */
export type Filter = (message: string) => boolean;

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * Terms and JSON patterns; space-delimited patterns and regular expressions are refused.
 */
export function parseFilterPattern(pattern = ""): Filter {
  const trimmed = pattern.trim();
  if (trimmed === "") return () => true;
  if (trimmed.startsWith("[")) throw invalidPattern("space-delimited patterns are not emulated by the local endpoint");
  return trimmed.startsWith("{") ? parseJsonPattern(trimmed) : parseTerms(trimmed);
}
