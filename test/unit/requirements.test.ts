import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { citations, open, requirements, withTable } from "../requirements.ts";

describe("requirements", () => {
  const cited = citations();

  it("are each named by a test, or listed as open", () => {
    const unproven = Object.keys(requirements).filter((id) => !cited.has(id));
    expect(unproven).toEqual([...open]);
  });

  it("are the only ids that tests name", () => {
    expect([...cited.keys()].filter((id) => !(id in requirements))).toEqual([]);
  });

  it("are in the README with their state (`npm run docs` writes it)", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    expect(withTable(readme)).toBe(readme);
  });
});
