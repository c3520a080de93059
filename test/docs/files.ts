import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

const own = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];

/** What a reader is pointed to: the README and its neighbours, `docs/` with its decisions, and the READMEs of packages. */
export function listDocuments(): readonly string[] {
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((name) => join("docs", name));
  const packages = readdirSync(join(root, "packages"), { recursive: true, encoding: "utf8" })
    .filter((name) => /^[^/]+\/README\.md$/.test(name))
    .map((name) => join("packages", name));
  return [...own, ...docs.filter((name) => name.endsWith(".md")).toSorted(), ...packages.toSorted()];
}

export function readDocument(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
