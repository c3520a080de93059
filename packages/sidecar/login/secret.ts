import { createHash, randomBytes } from "node:crypto";

/** 256 random bits for a token, a code or a cookie, safe in a URL. */
export function mintSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What is stored instead of a secret: reading the store yields no usable token. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}
