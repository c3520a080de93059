import { lookup } from "node:dns";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isPublicAddress } from "./public-address.ts";

/** Where an address may lead, and whose certificates are trusted; others only in tests. */
export interface Fetching {
  readonly isAllowed: (address: string) => boolean;
  readonly ca?: string;
}

export interface FetchLimits {
  readonly mostBytes: number;
  readonly patienceMs: number;
}

export interface Fetched {
  readonly text: string;
  readonly cacheControl: string | undefined;
}

/** Why what lies at an address is not taken, as the rule that it breaks. */
export class Unfit extends Error {
  constructor(rule: string) {
    super(rule);
    this.name = "Unfit";
  }
}

/**
 * Fetches JSON from an address that a stranger named, and only from the public internet. The connection goes to the very
 * address that was found public, so that a name cannot turn to another one in between; a redirect is not followed.
 *
 * @throws {Unfit}
 */
export function fetchPublic(
  url: URL,
  limits: FetchLimits,
  { isAllowed, ca }: Fetching = { isAllowed: isPublicAddress },
): Promise<Fetched> {
  // Node connects to an address in the place of a name without asking `lookup`.
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !isAllowed(host)) return Promise.reject(notPublic());
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(error instanceof Unfit ? error : new Unfit("it can be fetched, in time"));
    const req = request(
      url,
      {
        agent: false,
        lookup: lookupAllowed(isAllowed),
        headers: { accept: "application/json", "user-agent": "mcp-fleet" },
        signal: AbortSignal.timeout(limits.patienceMs),
        ...(ca === undefined ? {} : { ca }),
      },
      (res) => {
        read(res, limits.mostBytes)
          .then(resolve, fail)
          .finally(() => req.destroy());
      },
    );
    req.on("error", fail);
    req.end();
  });
}

async function read(res: IncomingMessage, mostBytes: number): Promise<Fetched> {
  if (res.statusCode !== 200) throw new Unfit(`it answers 200, not ${res.statusCode}; redirects are not followed`);
  if (!/^application\/([\w.-]+\+)?json\b/i.test(res.headers["content-type"] ?? ""))
    throw new Unfit("it is application/json");
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of res) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > mostBytes) throw new Unfit(`it has at most ${mostBytes} bytes`);
    chunks.push(part);
  }
  return { text: Buffer.concat(chunks).toString("utf8"), cacheControl: res.headers["cache-control"] };
}

/** Node connects to what this answers: a name with any address that is not allowed has none. */
function lookupAllowed(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null) callback(error, []);
      else if (first === undefined || !addresses.every(({ address }) => isAllowed(address))) callback(notPublic(), []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

const notPublic = () => new Unfit("it lies on the public internet");
