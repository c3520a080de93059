import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The folder that a test file belongs to: `unit/chat`, `e2e/fleet`, `stacks`; undefined is everybody's. */
function ownerOf(file: string): string | undefined {
  const [top, kind = "", name = ""] = file.split("/");
  if (top !== "test") return undefined;
  if (kind === "stacks" || kind === "map") return kind;
  return kind === "unit" || kind === "e2e" ? `${kind}/${name.replace(/\.test\.ts$/, "")}` : undefined;
}

/** `e2e/fleet` belongs to `e2e/fleet-changes.test.ts` as well. */
const isOf = (owner: string, reader = "") => reader === owner || reader.startsWith(`${owner}-`);

it("no test reaches into another's folder, and what tests and benchmarks share lies in none of theirs", () => {
  const files = globSync(["test/**/*.{ts,mjs}", "bench/**/*.ts"], { cwd: root });
  const reaching = files.flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/(?: from|import\() ?"(\.[^"\n]+)"/g)]
      .map(([, path = ""]) => join(dirname(file), path))
      .filter((path) => existsSync(join(root, path)))
      .filter((path) => {
        const owner = ownerOf(path);
        return owner !== undefined && !isOf(owner, ownerOf(file));
      })
      .map((path) => `${file} imports ${relative("test", path)}`),
  );
  expect(reaching, "move what two of them need to test/stage, test/synth, test/fixture or test/endpoint").toEqual([]);
});
