import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openReader } from "#sidecar/http/messages.ts";
import { excessOf, outlineOf } from "#sidecar/json-bounds.ts";
import { parseLine } from "#sidecar/stdio/message.ts";

const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const keys = (count: number) => `{${Array.from({ length: count }, (_, at) => `"${at}":0`).join(",")}}`;

describe("[MCP-5] [MCP-6] JSON that others wrote", () => {
  it.each([
    ["nothing", "", undefined],
    ["as deep as a message may be", nested(500), undefined],
    ["one deeper", nested(501), "is nested more than 500 deep"],
    ["deep, and never ended", "[".repeat(2_000_000), "is nested more than 500 deep"],
    ["deep in objects", '{"a":'.repeat(501), "is nested more than 500 deep"],
    ["deep behind a text that ends in an escape", `["\\\\",${nested(500)}]`, "is nested more than 500 deep"],
    ["brackets in a text, behind an escaped quote", JSON.stringify(`"${nested(100_000)}\\`), undefined],
    ["a text that never ends", `"${nested(100_000)}`, undefined],
    ["as many values as there may be", `[${"0,".repeat(199_997)}0]`, undefined],
    ["one more", `[${"0,".repeat(199_999)}0]`, "has more than 200000 values"],
    ["many keys", keys(200_001), "has more than 200000 values"],
    ["many messages", `[${"{},".repeat(100_001)}{}]`, "has more than 200000 values"],
    ["16 MiB of one text", JSON.stringify("x".repeat(16 * 2 ** 20)), undefined],
  ])("may be parsed or not: %s", (_what, text, excess) => expect(excessOf(text)).toBe(excess));

  it("keeps its own fields in an outline, and of all that lies below nothing", () => {
    // JSON has no -0.
    const flat = (value: unknown) => (typeof value === "object" ? null : value === 0 ? 0 : value);
    const fields = (value: object) => Object.fromEntries(Object.entries(value).map(([key, one]) => [key, flat(one)]));
    const message = fc.dictionary(fc.string(), fc.jsonValue());
    const space = fc.constantFrom(0, 1, "\t");
    fc.assert(
      fc.property(fc.oneof(message, fc.array(message)), space, (value, indent) => {
        const outline: unknown = JSON.parse(outlineOf(JSON.stringify(value, undefined, indent)));
        expect(outline).toEqual(Array.isArray(value) ? value.map(fields) : fields(value));
      }),
    );
  });

  it.each([
    ["its id behind the answer", `{"result":{"a":${nested(501)}},"id":7,"jsonrpc":"2.0"}`, [{ misanswered: 7 }]],
    ["another id within the answer", `{"result":[{"id":8}${",{}".repeat(200_000)}],"id":7}`, [{ misanswered: 7 }]],
    [
      "an error",
      `{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"","data":${nested(501)}}}`,
      [{ misanswered: 7 }],
    ],
    ["a batch", `[{"id":7,"result":${nested(501)}},{"id":8,"result":{}}]`, [{ misanswered: 7 }, { misanswered: 8 }]],
    ["a question", `{"jsonrpc":"2.0","id":"q","method":"roots/list","params":${nested(501)}}`, []],
    ["a message with nothing but fields", keys(200_001), []],
    ["a batch that nobody sends", `[${'{"id":7,"result":0},'.repeat(101)}0]`, []],
  ])("that is too much to pass on still says whom it answers: %s", (_what, line, said) =>
    expect(parseLine(line)).toEqual(said),
  );

  it("that is too much to read along is passed on as what was not seen", () => {
    const seen: unknown[] = [];
    const reader = openReader("application/json", (message) => void seen.push(message));
    reader.push(Buffer.from(`{"id":1,"result":${nested(501)}}`));
    expect([reader.end(), seen]).toEqual([true, []]);
  });
});
