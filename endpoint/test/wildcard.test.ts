import { growth, linear } from "@mcp-fleet/testing/growth.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileExpression } from "#endpoint/core/expression.ts";
import { compileWildcard } from "#endpoint/core/wildcard.ts";
import { matches as matchesEc2 } from "#endpoint/services/ec2/filter.ts";
import { parsePattern } from "#endpoint/services/events/pattern.ts";
import { matchesArn } from "#endpoint/services/iam/arn.ts";
import { coversAction } from "#endpoint/services/iam/authorization.ts";
import { conditionsHold } from "#endpoint/services/iam/conditions.ts";
import { parseFilterPattern } from "#endpoint/services/logs/filter/pattern.ts";
import { matchesPolicy } from "#endpoint/services/sns/filter.ts";

/** The meaning written down as plainly as it goes, as a second opinion: fit for short texts alone. */
function fits(pattern: string, value: string): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return value === "";
  if (first === "*") return fits(rest.join(""), value) || (value !== "" && fits(pattern, value.slice(1)));
  if (first === "\\" && rest.length > 0) return value[0] === rest[0] && fits(rest.slice(1).join(""), value.slice(1));
  return value !== "" && (first === "?" || first === value[0]) && fits(rest.join(""), value.slice(1));
}

describe("[SAFE-3] the one matcher of wildcards", () => {
  it("matches what the plain definition matches", () => {
    const text = (unit: string, maxLength: number) => fc.string({ unit: fc.constantFrom(...unit), maxLength });
    fc.assert(
      fc.property(text("ab*?\\", 9), text("ab*?\\", 9), (pattern, value) => {
        expect(compileWildcard(pattern, { backslash: "escapes" })(value)).toBe(fits(pattern, value));
      }),
      { numRuns: 20_000 },
    );
  });

  it("handles runs longer than a machine word", () => {
    const run = fc.string({ unit: fc.constantFrom("a", "?"), minLength: 25, maxLength: 110 });
    fc.assert(
      fc.property(run, fc.string({ unit: fc.constantFrom("a", "a", "a", "b"), maxLength: 150 }), (middle, value) => {
        const expected = new RegExp(`^.*${middle.replaceAll("?", ".")}.*$`, "s").test(value);
        expect(compileWildcard(`*${middle}*`)(value)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it("leaves to each dialect what a question mark, a backslash and a capital mean", () => {
    expect(compileWildcard("a?", { questionMark: "itself" })("ab")).toBe(false);
    expect(compileWildcard("a\\*")("a\\bc")).toBe(true);
    expect(compileWildcard("S3:Get*", { letterCase: "any" })("s3:getObject")).toBe(true);
  });
});

/** Every place that takes a pattern from outside, as a question of the value. */
const places: Readonly<Record<string, (pattern: string) => (value: string) => boolean>> = {
  "the balancer's conditions": (pattern) => compileWildcard(pattern),
  "EventBridge's wildcard": (pattern) => {
    const rule = parsePattern(JSON.stringify({ detail: { text: [{ wildcard: pattern }] } }));
    return (text) => rule.matches({ detail: { text } });
  },
  "EventBridge's anything-but wildcard": (pattern) => {
    const rule = parsePattern(JSON.stringify({ text: [{ "anything-but": { wildcard: pattern } }] }));
    return (text) => !rule.matches({ text });
  },
  "a filter of Logs": (pattern) => {
    const filter = parseFilterPattern(`{ $.text = "${pattern}" }`);
    return (text) => filter(JSON.stringify({ text }));
  },
  "a filter policy of SNS": (pattern) => (text) => matchesPolicy({ text: [{ wildcard: pattern }] }, { text }),
  "IAM's actions": (pattern) => (text) => coversAction({ Effect: "Allow", Action: [pattern] }, text),
  "IAM's StringLike": (pattern) => (text) =>
    conditionsHold({ StringLike: { "aws:text": [pattern] } }, { "aws:text": text }),
  "IAM's ArnLike": (pattern) => (text) => matchesArn(`arn:aws:s3:::${pattern}`, `arn:aws:s3:::${text}`),
  "EC2's filters": (pattern) => (text) =>
    matchesEc2({ fields: { text }, tags: {} }, [{ Name: "text", Value: [pattern] }]),
};

/** Eight times this is still no large object to V8: those cost a system call each, which is no time of a matcher's. */
const length = 5_000;
const slow = `*${"a*".repeat(20)}b`;
/** EventBridge refuses more of a kind, as too complex. */
const allowed = "*a*a*a*b";

describe.each(Object.entries(places))("[SAFE-3] %s", (place, compile) => {
  it("takes time in proportion to the text, even on input made to be slow", () => {
    const matches = compile(place.startsWith("EventBridge") ? allowed : slow);
    const text = "a".repeat(length);
    expect(matches(`${text}b`)).toBe(true);
    expect(matches(text)).toBe(false);
    // What a backtracking matcher does would not end.
    expect(growth(matches, text)).toBeLessThan(linear);
  });
});

describe("[SAFE-3] a pattern longer than AWS accepts", () => {
  it("is refused before it is read", () => {
    expect(() => parseFilterPattern(`{ ${"(".repeat(5_000)} }`)).toThrow(/1024 are allowed/);
    expect(() => parsePattern('{"a":'.repeat(20_000))).toThrow(/4096 are allowed/);
  });
});

describe("[SAFE-3] regular expressions from outside", () => {
  it("take time in proportion to the text", () => {
    const matches = compileExpression("^(a+)+$", { part: "any", letterCase: "exact" });
    // Short texts it matches in a quicker way: both are long here.
    const text = "a".repeat(16 * length);
    expect(matches(`${text}b`)).toBe(false);
    expect(growth((longer) => matches(`${longer}b`), text)).toBeLessThan(linear);
  });
});
