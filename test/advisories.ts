import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as v from "valibot";

/** An advisory about a package that is deployed. */
export interface Advisory {
  readonly id: string;
  readonly package: string;
  /** The first version without it. */
  readonly fixedIn: string;
  /** The day on which somebody last checked whether this is all that is known. */
  readonly read: string;
  /** Why it may be deployed anyway; says what cannot happen here. */
  readonly accepted?: string;
}

const read = "2026-11-28";

/** What is known where no registry answers. Found at https://github.com/advisories, by the names of the packages. */
export const known: readonly Advisory[] = [
  { id: "GHSA-4mjr-xmp4-gh2g", package: "qs", fixedIn: "6.16.0", read },
  { id: "GHSA-x5fp-wj9c-mxmx", package: "qs", fixedIn: "6.16.0", read },
  { id: "GHSA-q8mj-m7cp-5q26", package: "qs", fixedIn: "6.15.2", read },
  { id: "GHSA-6rw7-vpxm-498p", package: "qs", fixedIn: "6.14.1", read },
  { id: "GHSA-j3q9-mxjg-w52f", package: "path-to-regexp", fixedIn: "8.4.0", read },
  { id: "GHSA-27v5-c462-wpq7", package: "path-to-regexp", fixedIn: "8.4.0", read },
  { id: "GHSA-wqch-xfxh-vrr4", package: "body-parser", fixedIn: "2.2.1", read },
  { id: "GHSA-69xw-7hcm-h432", package: "hono", fixedIn: "4.12.16", read },
  { id: "GHSA-345p-7cg4-v4c7", package: "@modelcontextprotocol/sdk", fixedIn: "1.26.0", read },
  { id: "GHSA-8r9q-7v3j-jr4g", package: "@modelcontextprotocol/sdk", fixedIn: "1.25.2", read },
  { id: "GHSA-w48q-cv73-mx4w", package: "@modelcontextprotocol/sdk", fixedIn: "1.24.0", read },
];

const lasts = 90;
const day = 24 * 60 * 60 * 1000;
const root = fileURLToPath(new URL("..", import.meta.url));

const Dependencies = v.optional(v.record(v.string(), v.string()), {});
const Lockfile = v.object({
  packages: v.record(
    v.string(),
    v.object({ version: v.optional(v.string()), dependencies: Dependencies, peerDependencies: Dependencies }),
  ),
});

export interface Shipped {
  readonly name: string;
  readonly version: string;
}

/** What the functions and the starter's image are bundled from: the dependencies of the root, and theirs. */
export function listShipped(lockfile: string): readonly Shipped[] {
  const { packages } = v.parse(v.pipe(v.string(), v.parseJson(), Lockfile), lockfile);
  const reached = new Set<string>();
  const follow = (path: string) => {
    const { dependencies = {}, peerDependencies = {} } = packages[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      const place = nearest(path, name, packages);
      if (place === undefined || reached.has(place)) continue;
      reached.add(place);
      follow(place);
    }
  };
  follow("");
  return [...reached].flatMap((path) => {
    const { version } = packages[path] ?? {};
    return version === undefined ? [] : [{ name: path.split("node_modules/").at(-1) ?? "", version }];
  });
}

/** Where Node finds `name` from `path`: in its own `node_modules`, or in those of the folders around it. */
function nearest(path: string, name: string, packages: Readonly<Record<string, unknown>>): string | undefined {
  const folders = path
    .split("/node_modules/")
    .map((_, at, parts) => parts.slice(0, parts.length - at).join("/node_modules/"));
  const places = [
    ...folders.filter((folder) => folder !== "").map((folder) => `${folder}/node_modules/${name}`),
    `node_modules/${name}`,
  ];
  return places.find((place) => place in packages);
}

/** What is wrong by the list: a version without the fix, and an entry that is too old to be trusted. */
export function judgeByList(list: readonly Advisory[], shipped: readonly Shipped[], now: number): readonly string[] {
  const stale = list.filter((one) => now - Date.parse(one.read) > lasts * day);
  const open = list.filter(({ accepted }) => accepted === undefined);
  return [
    ...open.flatMap((advisory) =>
      shipped
        .filter(({ name, version }) => name === advisory.package && isBefore(version, advisory.fixedIn))
        .map(
          ({ name, version }) => `${name} ${version} has ${advisory.id}: update it to ${advisory.fixedIn} or newer.`,
        ),
    ),
    ...stale.map(
      (one) =>
        `${one.id} was read on ${one.read}, over ${lasts} days ago: look for news of ${one.package}, and put the new date.`,
    ),
  ];
}

const Audit = v.object({
  vulnerabilities: v.record(
    v.string(),
    v.object({ via: v.array(v.union([v.string(), v.object({ url: v.string(), title: v.string() })])) }),
  ),
});

/** What is wrong by a registry's audit; `undefined` where none answers. */
export function judgeByAudit(list: readonly Advisory[], answer: string): readonly string[] | undefined {
  const audit = v.safeParse(v.pipe(v.string(), v.parseJson(), Audit), answer);
  if (!audit.success) return undefined;
  const accepted = new Set(list.filter((one) => one.accepted !== undefined).map(({ id }) => id));
  return Object.entries(audit.output.vulnerabilities).flatMap(([name, { via }]) =>
    via
      .filter((one) => typeof one !== "string")
      .filter(({ url }) => !accepted.has(url.split("/").at(-1) ?? ""))
      .map(({ title, url }) => `${name}: ${title} (${url})`),
  );
}

function isBefore(version: string, other: string): boolean {
  const numbers = (text: string) => (text.split("-")[0] ?? "").split(".").map(Number);
  const [ours, theirs] = [numbers(version), numbers(other)];
  const at = theirs.findIndex((part, index) => part !== ours[index]);
  return at !== -1 && (ours[at] ?? 0) < (theirs[at] ?? 0);
}

function askRegistry(): Promise<string> {
  const args = [
    "audit",
    "--omit=dev",
    "--omit=optional",
    "--workspaces=false",
    "--json",
    "--fetch-retries=0",
    "--fetch-timeout=20000",
  ];
  // It exits with 1 if it found something, and if nobody answered: its output shows which.
  return new Promise((resolve) => execFile("npm", args, { cwd: root }, (_error, stdout) => resolve(stdout)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const shipped = listShipped(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
  const found = judgeByAudit(known, await askRegistry());
  const problems = found ?? judgeByList(known, shipped, Date.now());
  const source = found === undefined ? `the list in test/advisories.ts: no registry's audit answered` : "npm audit";
  for (const problem of problems) console.error(problem);
  console.log(`${shipped.length} packages ship; ${problems.length} problems, by ${source}.`);
  if (problems.length > 0) process.exitCode = 1;
}
