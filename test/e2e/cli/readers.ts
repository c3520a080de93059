import { expect, it } from "vitest";
import { columns } from "#cli/table.ts";
import { readers } from "../../fixture/commands.ts";
import type { OperatedFleet } from "./operated.ts";

/** What every command that reads owes to people and to programs; the doctor has its own suite. */
export function everyReader(fleet: () => OperatedFleet["fleet"]): void {
  const quick = readers.filter(({ name }) => name !== "fleet doctor");

  it.each(quick.map(({ name, path, args }) => [name, [...path, ...args]]))(
    "%s prints JSON and nothing else, or fits 80 columns",
    async (name, words) => {
      const { code, out } = await fleet()([...words, "--json"]);
      // What other tests do to this fleet may still ring.
      expect(name === "fleet status" ? [0, 1] : [0]).toContain(code);
      // Lines of a log are as they come, each a document; a line to paste is one line, however long its paths are.
      const documents = name === "fleet logs" ? out.trim().split("\n") : [out];
      for (const document of documents) expect(JSON.parse(document)).toBeTypeOf("object");
      if (name === "fleet logs" || name === "fleet connect") return;
      const text = (await fleet()(words)).out;
      expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(columns);
      expect(text).not.toMatch(/undefined|NaN|\[object/);
    },
  );
}
