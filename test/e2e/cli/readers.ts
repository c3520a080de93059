import * as v from "valibot";
import { expect, it } from "vitest";
import { isDocument, documents as schemas } from "#cli/schema/documents.ts";
import { columns } from "#cli/table.ts";
import { readers } from "../../fixture/commands.ts";
import type { OperatedFleet } from "./operated.ts";

function schemaOf(words: readonly string[]) {
  const name = [words.slice(0, 2).join(" "), words[0] ?? ""].find(isDocument);
  if (name === undefined) throw new Error(`packages/cli/schema/documents.ts lacks ${words.join(" ")}.`);
  return schemas[name];
}

/** What every command that reads owes to people and to programs; the doctor has its own suite. */
export function everyReader(fleet: () => OperatedFleet["fleet"]): void {
  const quick = readers.filter(({ name }) => name !== "fleet doctor");

  it.each(quick.map(({ name, path, args }) => [name, [...path, ...args]]))(
    "[OPS-4] %s prints JSON of its schema and nothing else, or fits 80 columns",
    async (name, words) => {
      const { code, out } = await fleet()([...words, "--json"]);
      // What other tests do to this fleet may still ring.
      expect(name === "fleet status" ? [0, 1] : [0]).toContain(code);
      // Lines of a log are as they come, each a document; a line to paste is one line, however long its paths are.
      const documents = name === "fleet logs" ? out.trim().split("\n") : [out];
      const schema = schemaOf(words);
      // What the schema does not know is left out of what it gives.
      for (const document of documents) expect(v.parse(schema, JSON.parse(document))).toEqual(JSON.parse(document));
      if (name === "fleet logs" || name === "fleet connect") return;
      const text = (await fleet()(words)).out;
      expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(columns);
      expect(text).not.toMatch(/undefined|NaN|\[object/);
    },
  );
}
