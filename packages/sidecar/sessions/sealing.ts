import { createHash, hkdfSync } from "node:crypto";

/** Loaded with the first record: a server starts without it. */
const jose = () => import("jose");

/** Shorter ones are passwords or placeholders, not keys. */
export const shortestKey = 32;

export interface Seal {
  /** Encrypts `text` so that it can only be opened at `place`: a record copied to another key is refused. */
  seal(place: string, text: string): Promise<string>;
  /** The text, or undefined when none of our keys opens it (the key was retired, or the record tampered with). */
  open(place: string, sealed: string): Promise<string | undefined>;
}

/**
 * Encryption at rest: AES-256-GCM in JWE compact form (RFC 7516). The first key encrypts and all of them decrypt, so a
 * key is rotated by putting the new one in front, and the old one may go once 30 days have passed.
 *
 * @param keys from `SESSION_ENCRYPTION_KEY`; each at least {@link shortestKey} characters, such as
 *   `openssl rand -base64 32`. Never the OAuth client secret: rotating that would log everybody out.
 */
export function createSeal(keys: readonly [string, ...string[]]): Seal {
  const ring = keys.map((key) => ({
    id: createHash("sha256").update(`mcp-session-key-id:${key}`).digest("hex").slice(0, 8),
    secret: new Uint8Array(hkdfSync("sha256", key, "", "mcp-sessions-at-rest", 32)),
  }));
  const [sealing] = ring;
  if (sealing === undefined) throw new TypeError("createSeal needs a key.");

  return {
    seal: async (place, text) => {
      const { CompactEncrypt } = await jose();
      return (
        new CompactEncrypt(new TextEncoder().encode(text))
          // The protected header is authenticated with the text, which is what binds the record to its place.
          .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: sealing.id, place })
          .encrypt(sealing.secret)
      );
    },
    open: async (place, sealed) => {
      const { compactDecrypt, errors } = await jose();
      try {
        const { plaintext, protectedHeader } = await compactDecrypt(
          sealed,
          (header) => {
            const key = ring.find((candidate) => candidate.id === header.kid);
            if (key === undefined) throw new errors.JWEDecryptionFailed();
            return key.secret;
          },
          { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"] },
        );
        return protectedHeader.place === place ? new TextDecoder().decode(plaintext) : undefined;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
