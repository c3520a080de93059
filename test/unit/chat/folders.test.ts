import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const chat = fileURLToPath(new URL("../../../packages/chat", import.meta.url));

/** As a message meets them. What it becomes, an incident, comes before the parser that makes one. */
const folders = ["text", "incident", "parse", "record", "decide", "card", "receivers", "deliver", "press"];

function importsOf(folder: string): readonly string[] {
  const sources = readdirSync(join(chat, folder)).map((file) => readFileSync(join(chat, folder, file), "utf8"));
  return sources.flatMap((source) => [...source.matchAll(/ from "\.\.\/([^/"]+)/g)].map(([, name = ""]) => name));
}

describe("the folders of packages/chat", () => {
  it("are those on the road, and no other", () => {
    const found = readdirSync(chat, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(found.map(({ name }) => name).sort()).toEqual(folders.toSorted());
  });

  it.each(folders)("import none that comes later: %s", (folder) => {
    const earlier = ["settings.ts", ...folders.slice(0, folders.indexOf(folder))];
    expect(importsOf(folder).filter((name) => !earlier.includes(name))).toEqual([]);
  });
});
