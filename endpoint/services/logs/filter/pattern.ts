import type { Filter } from "./filter.ts";
import { invalidPattern } from "./invalid-pattern.ts";
import { parseJsonPattern } from "./json-pattern.ts";
import { parseTerms } from "./terms.ts";

/** What CloudWatch takes. An event is looked at once for each part of a pattern. */
const longest = 1024;

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * Terms and JSON patterns; space-delimited patterns and regular expressions are refused.
 */
export function parseFilterPattern(pattern = ""): Filter {
  if (pattern.length > longest) throw invalidPattern(`it has ${pattern.length} characters, and ${longest} are allowed`);
  const trimmed = pattern.trim();
  if (trimmed === "") return () => true;
  if (trimmed.startsWith("[")) throw invalidPattern("space-delimited patterns are not emulated by the local endpoint");
  return trimmed.startsWith("{") ? parseJsonPattern(trimmed) : parseTerms(trimmed);
}
