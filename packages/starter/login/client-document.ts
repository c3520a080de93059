import { lookup as resolve } from "node:dns";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";
import { cleanName } from "./client.ts";
import { OAuthFailure } from "./oauth-failure.ts";
import { isPublicAddress } from "./public-address.ts";
import type { Client } from "./records.ts";
import { parseMetadata } from "./registration.ts";

/** How a document is fetched; another way only in tests. */
export interface Fetching {
  readonly isAllowed: (address: string) => boolean;
  readonly ca?: string;
}

export interface ClientDocuments {
  /**
   * The client that the document at its id describes.
   * @throws {OAuthFailure} when the id is not such an address, or the document does not say what it must
   */
  read(clientId: string): Promise<Client>;
}

/** The draft suggests 5 KB at most; names in many languages take more. */
const mostBytes = 10_000;
const patienceMs = 5_000;
const mostDocuments = 500;
const mostAtOnce = 10;
const cachedSeconds = { least: 60, usual: 300, most: 24 * 3600 };

interface Kept {
  readonly client: Client | OAuthFailure;
  readonly until: number;
}

/** Whether a client's id is the address of a document about it. */
export const isDocumentAddress = (clientId: string): boolean => clientId.startsWith("https://");

/**
 * Client ID metadata documents: https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/
 *
 * An address from a stranger is fetched, so only from the public internet: each connection goes to the very address
 * that was found public, so that a name cannot turn to another one in between, and a redirect is not followed.
 */
export function openClientDocuments(
  allowedRedirects: readonly string[],
  fetching: Fetching = { isAllowed: isPublicAddress },
  now: () => number = Date.now,
): ClientDocuments {
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, Promise<Client>>();

  function keep(clientId: string, client: Client | OAuthFailure, seconds: number): void {
    kept.delete(clientId);
    kept.set(clientId, { client, until: now() + seconds * 1000 });
    const [oldest] = kept.keys();
    if (kept.size > mostDocuments && oldest !== undefined) kept.delete(oldest);
  }

  async function fetchDocument(clientId: string, url: URL): Promise<Client> {
    try {
      const { text, seconds } = await download(url, fetching);
      const client = clientOf(clientId, text, allowedRedirects);
      keep(clientId, client, seconds);
      return client;
    } catch (error) {
      const failure = error instanceof OAuthFailure ? error : refused("it does not answer");
      keep(clientId, failure, cachedSeconds.least);
      throw failure;
    } finally {
      underWay.delete(clientId);
    }
  }

  return {
    read: async (clientId) => {
      const known = kept.get(clientId);
      if (known !== undefined && known.until > now()) {
        if (known.client instanceof OAuthFailure) throw known.client;
        return known.client;
      }
      const url = checkAddress(clientId);
      const running = underWay.get(clientId);
      if (running !== undefined) return running;
      if (underWay.size >= mostAtOnce) {
        throw new OAuthFailure("temporarily_unavailable", "Too many clients are being looked up. Try again.", 429);
      }
      const fetched = fetchDocument(clientId, url);
      underWay.set(clientId, fetched);
      return fetched;
    },
  };
}

/** Section 3 of the draft; compared as written, since the id is the address as it was written. */
function checkAddress(clientId: string): URL {
  const url = clientId.length > 1_000 ? null : URL.parse(clientId);
  if (
    url?.protocol !== "https:" ||
    url.pathname === "/" ||
    /[#@\s\\]/.test(clientId) ||
    /\/\.{1,2}(?:[/?]|$)/.test(clientId)
  ) {
    throw refused("its address is https with a path, without a user, a fragment or dots for a folder");
  }
  return url;
}

function clientOf(clientId: string, text: string, allowedRedirects: readonly string[]): Client {
  const document = parseJson(text);
  if (
    typeof document !== "object" ||
    document === null ||
    !("client_id" in document) ||
    document.client_id !== clientId
  ) {
    throw refused("it is a JSON object whose client_id is its own address");
  }
  const method = "token_endpoint_auth_method" in document ? document.token_endpoint_auth_method : "none";
  if (method !== "none" || "client_secret" in document) {
    throw refused('token_endpoint_auth_method is "none": what everybody can read is no secret');
  }
  const metadata = parseMetadata({ ...document, token_endpoint_auth_method: method }, allowedRedirects);
  const name = cleanName(metadata.client_name);
  return {
    client_id: clientId,
    ...(name === undefined ? {} : { client_name: name }),
    redirect_uris: metadata.redirect_uris,
    token_endpoint_auth_method: "none",
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function download(url: URL, { isAllowed, ca }: Fetching): Promise<{ readonly text: string; readonly seconds: number }> {
  return new Promise((resolve_, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, "");
    // Node connects to an address in the name's place without asking `lookup`.
    if (isIP(host) !== 0 && !isAllowed(host)) {
      reject(refused("it lies on the public internet"));
      return;
    }
    const req = request(
      url,
      {
        agent: false,
        lookup: publicLookup(isAllowed),
        headers: { accept: "application/json", "user-agent": "mcp-fleet" },
        signal: AbortSignal.timeout(patienceMs),
        ...(ca === undefined ? {} : { ca }),
      },
      (res) => {
        readDocument(res).then(resolve_, (error: unknown) => {
          req.destroy();
          reject(error);
        });
      },
    );
    req.on("error", reject);
    req.end();
  });
}

async function readDocument(res: IncomingMessage): Promise<{ readonly text: string; readonly seconds: number }> {
  if (res.statusCode !== 200) throw refused(`it answers 200, not ${res.statusCode}; redirects are not followed`);
  if (!/^application\/([\w.-]+\+)?json\b/i.test(res.headers["content-type"] ?? ""))
    throw refused("it is application/json");
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of res) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > mostBytes) throw refused(`it has at most ${mostBytes} bytes`);
    chunks.push(part);
  }
  return { text: Buffer.concat(chunks).toString("utf8"), seconds: lifeOf(res.headers["cache-control"]) };
}

function lifeOf(cacheControl = ""): number {
  if (/\bno-(store|cache)\b/i.test(cacheControl)) return cachedSeconds.least;
  const [, told] = /\bmax-age=(\d{1,9})/i.exec(cacheControl) ?? [];
  const seconds = told === undefined ? cachedSeconds.usual : Number(told);
  return Math.min(cachedSeconds.most, Math.max(cachedSeconds.least, seconds));
}

/** Node connects to what this answers: a name with any address that is not public has none. */
function publicLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      if (!addresses.every(({ address }) => isAllowed(address))) {
        return callback(refused("it lies on the public internet"), []);
      }
      const [first] = addresses;
      if (options.all === true || first === undefined) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

const refused = (rule: string) =>
  new OAuthFailure("invalid_client", `A client's document does not hold: ${rule}.`, 400);
