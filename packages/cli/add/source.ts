import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import * as v from "valibot";
import { Failure, reasonOf, UsageError } from "../failure.ts";
import type { Surroundings } from "../stage.ts";
import { parseServerJson, type ServerJson } from "./server-json.ts";

const run = promisify(execFile);
const patienceMs = 20_000;

/**
 * What a server says of itself: `npm:<package>`, `image:<image>`, or a `server.json` as a file, an address or `-` for a pipe.
 * @throws {UsageError | Failure}
 */
export async function readSource({ stdin }: Surroundings, source: string): Promise<ServerJson> {
  const [, kind, name = ""] = /^(npm|image):(.+)$/.exec(source) ?? [];
  if (kind === "npm") return ofPackage("npm", name, /^(@?[^@]+)(?:@(.+))?$/.exec(name));
  if (kind === "image") return ofPackage("oci", name, [name, name]);
  if (source === "-") {
    if (stdin.isTTY === true)
      throw new UsageError("- reads a server.json from a pipe: name a file or an address instead.");
    return parseServerJson(await text(stdin), "The pipe");
  }
  if (/^https?:\/\//.test(source)) return parseServerJson(await download(source), source);
  const whole = await readFile(source, "utf8").catch((error: unknown) => {
    throw new UsageError(
      `${source} cannot be read: ${reasonOf(error)} Name npm:<package>, image:<image>, or a server.json: a file, an address, or - for a pipe.`,
    );
  });
  return parseServerJson(whole, source);
}

function ofPackage(
  registryType: "npm" | "oci",
  name: string,
  found: readonly (string | undefined)[] | null,
): ServerJson {
  const [, identifier = name, version] = found ?? [];
  const last = identifier.slice(identifier.lastIndexOf("/") + 1).replace(/[:@].*$/, "");
  return parseServerJson(
    JSON.stringify({
      name: `local/${last.replace(/^(?:mcp-)?server-|-mcp(?:-server)?$|^mcp-/g, "") || last}`,
      packages: [
        {
          registryType,
          identifier,
          ...(version !== undefined && { version }),
          transport: registryType === "npm" ? { type: "stdio" } : { type: "streamable-http" },
        },
      ],
    }),
    name,
  );
}

async function download(address: string): Promise<string> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(patienceMs) });
    if (answer.ok) return await answer.text();
    throw new Failure(`${address} answered ${answer.status}.`);
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(`${address} cannot be read: ${reasonOf(error)}`);
  }
}

const Bin = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

/** The program that npm would run; undefined where npm does not know, or has several. */
export async function programOf(identifier: string): Promise<string | undefined> {
  const asked = run("npm", ["view", identifier, "bin", "--json"], { timeout: patienceMs });
  const { stdout } = await asked.catch(() => ({ stdout: "" }));
  const bin = v.safeParse(Bin, stdout);
  const names = bin.success ? Object.keys(bin.output) : [];
  return names.length === 1 ? names[0] : undefined;
}
