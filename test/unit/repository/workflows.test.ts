import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../../.github/workflows/", import.meta.url));

describe("a workflow", () => {
  it.each(readdirSync(folder))("%s names each action by commit, with its version for the reader", (name) => {
    const used = readFileSync(`${folder}${name}`, "utf8").match(/^\s*(?:- )?uses:.*$/gm) ?? [];
    expect(used.length).toBeGreaterThan(0);
    for (const line of used) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });
});
