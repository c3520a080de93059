import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import * as v from "valibot";
import { boundedFetch } from "#sidecar/bounded-fetch.ts";
import { Failure, reasonOf, UsageError } from "../failure.ts";
import type { Surroundings } from "../stage.ts";
import type { Published } from "./running.ts";
import { parseServerJson, type ServerJson } from "./server-json.ts";

const run = promisify(execFile);
const patienceMs = 20_000;
/** The longest in the registry has some hundred KB. */
const longestAnswer = 4 * 2 ** 20;

/**
 * What a server says of itself: `npm:<package>`, `pypi:<package>`, `image:<image>`, or a `server.json` as a file, an address or `-` for a pipe.
 * @throws {UsageError | Failure}
 */
export async function readSource({ stdin }: Surroundings, source: string): Promise<ServerJson> {
  const [, kind, name = ""] = /^(npm|pypi|image):(.*)$/.exec(source) ?? [];
  if (kind !== undefined && name === "")
    throw new UsageError(`${source} names nothing: write npm:<package>, pypi:<package> or image:<image>.`);
  if (kind === "npm") return ofPackage("npm", name, /^(@?[^@]+)(?:@(.+))?$/.exec(name));
  if (kind === "pypi") return ofPackage("pypi", name, /^([^@=]+)(?:(?:@|==)(.+))?$/.exec(name));
  if (kind === "image") return ofPackage("oci", name, [name, name]);
  if (source === "-") {
    if (stdin.isTTY === true)
      throw new UsageError("- reads a server.json from a pipe: name a file or an address instead.");
    return parseServerJson(await text(stdin), "The pipe");
  }
  if (/^https?:\/\//.test(source)) return parseServerJson(await download(source), source);
  const whole = await readFile(source, "utf8").catch((error: unknown) => {
    // What npx, uvx and docker are told has no kind before it.
    const [one, image] = source.endsWith(".json") ? ["<package>", "<image>"] : [source, source];
    throw new UsageError(
      `${source} cannot be read: ${reasonOf(error)}. Name npm:${one}, pypi:${one}, image:${image}, or a server.json: a file, an address, or - for a pipe.`,
    );
  });
  return parseServerJson(whole, source);
}

function ofPackage(
  registryType: "npm" | "pypi" | "oci",
  name: string,
  found: readonly (string | undefined)[] | null,
): ServerJson {
  const [, identifier = name, version] = found ?? [];
  const [last = "", of = "local"] = identifier
    .replace(/[:@][^/]*$/, "")
    .split("/")
    .reverse();
  return parseServerJson(
    JSON.stringify({
      name: [of, last].map((word) => word.replaceAll(/[^\w.-]/g, "") || "local").join("/"),
      packages: [
        {
          registryType,
          identifier,
          ...(version !== undefined && { version }),
          transport: { type: registryType === "oci" ? "streamable-http" : "stdio" },
        },
      ],
    }),
    name,
  );
}

async function download(address: string): Promise<string> {
  try {
    const answer = await boundedFetch(longestAnswer)(address, { signal: AbortSignal.timeout(patienceMs) });
    if (answer.ok) return await answer.text();
    throw new Failure(
      `${address} answered ${answer.status}: name the address of a server.json, such as …/v0.1/servers/<name>/versions/latest of a registry.`,
    );
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(`${address} cannot be read: ${reasonOf(error)}`);
  }
}

/** `bin` may be a file alone: the program has the package's name. A range, such as 1, has several versions. */
const Version = v.object({
  version: v.string(),
  bin: v.optional(v.union([v.string(), v.record(v.string(), v.string())]), {}),
});
const View = v.pipe(v.string(), v.parseJson(), v.union([Version, v.array(Version)]));
const Refused = v.pipe(v.string(), v.parseJson(), v.object({ error: v.object({ code: v.string() }) }));

/**
 * What npm knows of a package, so that the entry has one version and the program that it installs; undefined where npm
 * cannot be asked. @throws {UsageError} if there is no such package
 */
export async function askNpm(identifier: string, version = "latest"): Promise<Published | undefined> {
  const exact = `${identifier}@${version}`;
  const asked = run("npm", ["view", "--json", exact, "version", "bin"], { timeout: patienceMs });
  const stdout = await asked.then((answer) => answer.stdout, outputOf);
  const refused = v.safeParse(Refused, stdout);
  if (refused.success && ["E404", "ETARGET"].includes(refused.output.error.code)) {
    throw new UsageError(`npm has no ${exact}: correct its name or version, as on https://www.npmjs.com.`);
  }
  const view = v.safeParse(View, stdout);
  const [latest] = (view.success ? [view.output].flat() : []).sort((one, other) =>
    other.version.localeCompare(one.version, "en", { numeric: true }),
  );
  if (latest === undefined) return undefined;
  const own = identifier.slice(identifier.lastIndexOf("/") + 1);
  const programs = typeof latest.bin === "string" ? [own] : Object.keys(latest.bin);
  return {
    version: latest.version,
    program: programs.length === 1 ? programs[0] : programs.find((one) => one === own),
  };
}

/** What it wrote although it failed. */
function outputOf(error: unknown): string {
  return error instanceof Error && "stdout" in error && typeof error.stdout === "string" ? error.stdout : "";
}
