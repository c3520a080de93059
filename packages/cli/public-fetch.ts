import { lookup } from "node:dns";
import { readFile } from "node:fs/promises";
import type { LookupFunction } from "node:net";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import { Agent } from "undici";
import type { StagePlan } from "#fleet";
import { isMissing } from "./file.ts";

/**
 * `fetch` for the services' public addresses. On loopback, names under `localhost` are this machine (RFC 6761,
 * section 6.3; a system's resolver may not know) and the endpoint's own authority is trusted besides the usual ones.
 */
export async function createPublicFetch({ runsOn }: StagePlan, project: string): Promise<typeof fetch> {
  if (runsOn === "aws") return fetch;
  const ca = await readAuthority(join(project, ".mcp-fleet", "certificates", "ca.pem"));
  const connect = { lookup: lookupLoopback, ...(ca !== undefined && { ca: [...getCACertificates("default"), ca] }) };
  // Node's fetch takes the dispatcher of its own undici; the types of the two packages differ in `undefined` alone.
  const dispatching: Readonly<Record<string, unknown>> = { dispatcher: new Agent({ connect }) };
  return (input, init) => fetch(input, { ...init, ...dispatching });
}

async function readAuthority(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const lookupLoopback: LookupFunction = (hostname, options, callback) => {
  if (!hostname.endsWith(".localhost")) lookup(hostname, options, callback);
  else if (options.all === true) callback(null, [{ address: "127.0.0.1", family: 4 }]);
  else callback(null, "127.0.0.1", 4);
};
