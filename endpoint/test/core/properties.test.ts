import * as v from "valibot";
import { expect, it } from "vitest";
import { parseProperties } from "#endpoint/core/properties.ts";

it("[AWS-10] a template may write a number or a boolean where a text belongs, and no list", () => {
  const schema = v.object({ Name: v.string(), Inner: v.array(v.object({ Text: v.string() })) });
  const parse = (properties: object) => parseProperties(schema, { ...properties }, { logicalId: "A" });
  expect(parse({ Name: 5, Inner: [{ Text: true }] })).toEqual({ Name: "5", Inner: [{ Text: "true" }] });
  expect(() => parse({ Name: ["a"], Inner: [] })).toThrow("A: Name");
});
