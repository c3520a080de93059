import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = new URL("../", import.meta.url);
const readme = readFileSync(new URL("README.md", folder), "utf8");
const section = readme.split("## Where it differs from AWS")[1]?.split("\n## ")[0] ?? "";
const [, , ...lines] = section.split("\n").filter((line) => line.startsWith("|"));

/** The tests that a line of the table names: `[text](file "words of the test's title")`. */
function testsOf(line: string): readonly { readonly file: string; readonly title: string }[] {
  return [...line.matchAll(/\]\((test\/[\w./-]+\.test\.ts) "([^"]+)"\)/g)].map(([, file = "", title = ""]) => ({
    file,
    title,
  }));
}

describe("what differs from AWS on purpose", () => {
  it("[AWS-10] is a table with a reason in each of its lines", () => {
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      const cells = line.split("|").slice(1, -1);
      expect(cells, line).toHaveLength(3);
      for (const cell of cells) expect(cell.trim(), line).not.toBe("");
    }
  });

  it.each(lines)("[AWS-10] is held by a test: %s", (line) => {
    const tests = testsOf(line);
    expect(tests).not.toEqual([]);
    for (const { file, title } of tests) {
      const path = new URL(file, folder);
      expect(existsSync(path), file).toBe(true);
      const titles = [
        ...readFileSync(path, "utf8").matchAll(/\b(?:it|test|journey)\b[^;{}]*?\(\s*(["`])((?:\\.|(?!\1).)+)\1/g),
      ];
      expect(
        titles.map(([, , text = ""]) => text).filter((text) => text.includes(title)),
        title,
      ).not.toEqual([]);
    }
  });
});
