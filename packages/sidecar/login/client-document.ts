import { cleanName } from "./client.ts";
import { OAuthFailure } from "./oauth-failure.ts";
import { type Fetching, fetchPublic, Unfit } from "./public-fetch.ts";
import type { Client } from "./records.ts";
import { usableRedirectUris } from "./redirect-uri.ts";
import { parseMetadata } from "./registration.ts";

export interface ClientDocuments {
  /**
   * The client that the document at its id describes.
   * @throws {OAuthFailure} when the id is not such an address, or the document does not say what it must
   */
  read(clientId: string): Promise<Client>;
}

/** The draft suggests 5 KB at most; names in many languages take more. */
const limits = { mostBytes: 10_000, patienceMs: 5_000 };
const mostDocuments = 500;
const mostAtOnce = 10;
const cachedSeconds = { least: 60, usual: 300, most: 24 * 3600 };

interface Kept {
  readonly client: Client;
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
  fetching?: Fetching,
  now: () => number = Date.now,
): ClientDocuments {
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, Promise<Client>>();

  /** Only what is whole: an error is not kept (section 5.2 of the draft), so what was mended works at once. */
  function keep(clientId: string, client: Client, seconds: number): void {
    kept.delete(clientId);
    if (seconds === 0) return;
    kept.set(clientId, { client, until: now() + seconds * 1000 });
    const [oldest] = kept.keys();
    if (kept.size > mostDocuments && oldest !== undefined) kept.delete(oldest);
  }

  async function fetchDocument(clientId: string, url: URL): Promise<Client> {
    try {
      const { text, cacheControl } = await fetchPublic(url, limits, fetching);
      const client = clientOf(clientId, text, allowedRedirects);
      keep(clientId, client, lifeOf(cacheControl));
      return client;
    } catch (error) {
      throw error instanceof Unfit ? refused(error.message) : error;
    } finally {
      underWay.delete(clientId);
    }
  }

  return {
    read: async (clientId) => {
      const known = kept.get(clientId);
      if (known !== undefined && known.until > now()) return known.client;
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

/**
 * Section 3 of the draft. The id is the address as it was written, so a path that parsing would mend (dots for a folder,
 * plain or encoded, a backslash, a blank) names another place than it says.
 */
function checkAddress(clientId: string): URL {
  const url = clientId.length > 1_000 ? null : URL.parse(clientId);
  const [, path] = /^https:\/\/[^/?#@\s\\]+(\/.+)$/.exec(clientId) ?? [];
  if (url === null || path === undefined || path !== url.pathname + url.search) {
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
  if (!isPublicClient(document) || "client_secret" in document) {
    throw refused('token_endpoint_auth_method is "none": what everybody can read is no secret');
  }
  const metadata = parseMetadata({ ...document, token_endpoint_auth_method: "none" });
  const name = cleanName(metadata.client_name);
  return {
    client_id: clientId,
    ...(name === undefined ? {} : { client_name: name }),
    redirect_uris: usableRedirectUris(metadata.redirect_uris, allowedRedirects),
    token_endpoint_auth_method: "none",
  };
}

/** A client may prefer a key, and say that it does without: ChatGPT's document does. */
function isPublicClient(document: object): boolean {
  const method = "token_endpoint_auth_method" in document ? document.token_endpoint_auth_method : "none";
  const others = "token_endpoint_auth_methods_supported" in document && document.token_endpoint_auth_methods_supported;
  return method === "none" || (Array.isArray(others) && others.includes("none"));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function lifeOf(cacheControl = ""): number {
  if (/\bno-(store|cache)\b/i.test(cacheControl)) return 0;
  const [, told] = /\bmax-age=(\d{1,9})/i.exec(cacheControl) ?? [];
  const seconds = told === undefined ? cachedSeconds.usual : Number(told);
  return Math.min(cachedSeconds.most, Math.max(cachedSeconds.least, seconds));
}

const refused = (rule: string) =>
  new OAuthFailure("invalid_client", `A client's document does not hold: ${rule}.`, 400);
