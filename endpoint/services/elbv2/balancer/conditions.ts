import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIPv6 } from "node:net";
import { compileExpression } from "#endpoint/core/expression.ts";
import { compileWildcard, type Pattern } from "#endpoint/core/wildcard.ts";
import type { Condition, QueryPattern } from "../model.ts";

/** What conditions look at. `host` is in lower case and without a port, `path` without the query string. */
export interface RoutedRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly clientAddress: string;
}

export type Test = (request: RoutedRequest) => boolean;

/**
 * Compiles one condition of a rule: it holds when any of its values fits.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
 */
export function compileCondition(condition: Condition): Test {
  switch (condition.field) {
    case "host-header": {
      const patterns = condition.regex ? compileRegexes(condition.values, "any") : hostPatterns(condition.values);
      return (request) => anyFits(patterns, request.host);
    }
    case "path-pattern": {
      const patterns = condition.regex
        ? compileRegexes(condition.values)
        : condition.values.map((value) => compileWildcard(value));
      return (request) => anyFits(patterns, request.path);
    }
    case "http-header": {
      const name = condition.name.toLowerCase();
      const patterns = condition.regex ? compileRegexes(condition.values) : condition.values.map(compileCaseless);
      return (request) => {
        const value = request.headers[name];
        if (value === undefined) return false;
        return typeof value === "string" ? anyFits(patterns, value) : value.some((one) => anyFits(patterns, one));
      };
    }
    case "http-request-method":
      return (request) => condition.values.includes(request.method);
    case "query-string": {
      const patterns = condition.values.map(compileQuery);
      return (request) => patterns.some((fits) => fits(request.query));
    }
    case "source-ip": {
      const blocks = addressBlocks(condition.values);
      return (request) => blocks.check(request.clientAddress, isIPv6(request.clientAddress) ? "ipv6" : "ipv4");
    }
  }
}

/** The request's host is in lower case already: comparing costs no copy. */
function hostPatterns(values: readonly string[]): readonly Pattern[] {
  return values.map((value) => compileWildcard(value.toLowerCase()));
}

function compileRegexes(values: readonly string[], letterCase: "exact" | "any" = "exact"): readonly Pattern[] {
  return values.map((value) => compileExpression(value, { part: "any", letterCase }));
}

/** Header values and query strings, which ELB compares regardless of case. */
function compileCaseless(value: string): Pattern {
  return compileWildcard(value, { letterCase: "any" });
}

function compileQuery(pattern: QueryPattern): Pattern {
  const key = pattern.key === undefined ? () => true : compileCaseless(pattern.key);
  const value = compileCaseless(pattern.value);
  return (query) => [...new URLSearchParams(query)].some(([name, text]) => key(name) && value(text));
}

function addressBlocks(values: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const block of values) {
    const [network = "", bits = ""] = block.split("/");
    blocks.addSubnet(network, Number(bits), isIPv6(network) ? "ipv6" : "ipv4");
  }
  return blocks;
}

function anyFits(patterns: readonly Pattern[], value: string): boolean {
  for (const fits of patterns) if (fits(value)) return true;
  return false;
}
