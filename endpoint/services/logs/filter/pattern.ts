import type { Filter } from "./filter.ts";
import { invalidPattern } from "./invalid-pattern.ts";
import { parseJsonPattern } from "./json-pattern.ts";
import { parseSpacePattern } from "./space-pattern.ts";
import { parseTerms } from "./terms.ts";

/** What CloudWatch takes. An event is looked at once for each part of a pattern. */
const longest = 1024;
const mostRegexes = 2;

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * Terms, JSON patterns and space-delimited patterns.
 */
export function parseFilterPattern(pattern = ""): Filter {
  if (pattern.length > longest) throw invalidPattern(`it has ${pattern.length} characters, and ${longest} are allowed`);
  const trimmed = pattern.trim();
  if (trimmed === "") return () => true;
  if ((trimmed.match(/%[^%]+%/g) ?? []).length > mostRegexes)
    throw invalidPattern(`it has more than ${mostRegexes} regular expressions`);
  if (trimmed.startsWith("[")) return parseSpacePattern(trimmed);
  return trimmed.startsWith("{") ? parseJsonPattern(trimmed) : parseTerms(trimmed);
}
