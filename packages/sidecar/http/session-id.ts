import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * A session of a server without a login belongs to whoever knows its id. Here it belongs to the caller who began it: the
 * id that clients see is signed for them.
 * https://modelcontextprotocol.io/specification/2025-11-25/basic/security_best_practices#session-hijacking
 */
export interface SessionIds {
  /** The id as this caller's client sees it. */
  give(caller: string, id: string): string;
  /** The server's own id, or undefined for one that was not given to this caller. */
  take(caller: string, given: string): string | undefined;
}

/** @param keys of `SESSION_ENCRYPTION_KEY`: another task knows an id by them; without any, a key of this process */
export function openSessionIds(keys: readonly string[]): SessionIds {
  const [key = randomBytes(32).toString("base64")] = keys;
  const sign = (caller: string, id: string): Buffer =>
    createHmac("sha256", key)
      .update(JSON.stringify(["mcp-session", caller, id]))
      .digest();
  return {
    give: (caller, id) => `${id}.${sign(caller, id).toString("base64url")}`,
    take(caller, given) {
      const at = given.lastIndexOf(".");
      const id = given.slice(0, Math.max(0, at));
      const signature = Buffer.from(given.slice(at + 1), "base64url");
      const expected = sign(caller, id);
      return signature.length === expected.length && timingSafeEqual(signature, expected) ? id : undefined;
    },
  };
}
