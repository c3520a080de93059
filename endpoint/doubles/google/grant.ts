import { createHash, randomBytes } from "node:crypto";
import type { GoogleUser } from "./client.ts";

/** What the authorization request asked for, once its user agreed. */
export interface Grant {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly user: GoogleUser;
  readonly nonce?: string | undefined;
  readonly codeChallenge?: string | undefined;
  readonly offline: boolean;
}

export interface Access {
  readonly grant: Grant;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Google's authorization codes last ten minutes at most, and access tokens an hour. */
const codeMs = 600_000;
export const accessSeconds = 3599;

/** Codes and tokens in circulation, with the look of Google's. */
export class GrantBook {
  readonly #codes = new Map<string, Access>();
  readonly #access = new Map<string, Access>();
  readonly #refresh = new Map<string, Grant>();

  issueCode(grant: Grant): string {
    const code = `4/${randomBytes(40).toString("base64url")}`;
    this.#codes.set(code, { grant, expiresAt: Date.now() + codeMs });
    return code;
  }

  /** A code is good once. */
  takeCode(code: string): Grant | undefined {
    const issued = this.#codes.get(code);
    this.#codes.delete(code);
    return issued !== undefined && issued.expiresAt > Date.now() ? issued.grant : undefined;
  }

  issueAccess(grant: Grant, seconds: number): string {
    const token = `ya29.${randomBytes(60).toString("base64url")}`;
    this.#access.set(token, { grant, expiresAt: Date.now() + seconds * 1000 });
    return token;
  }

  issueRefresh(grant: Grant): string {
    const token = `1//${randomBytes(40).toString("base64url")}`;
    this.#refresh.set(token, grant);
    return token;
  }

  access(token: string): Grant | undefined {
    const issued = this.#access.get(token);
    return issued !== undefined && issued.expiresAt > Date.now() ? issued.grant : undefined;
  }

  refresh(token: string): Grant | undefined {
    return this.#refresh.get(token);
  }

  /** @returns false for a token that is not in circulation */
  revoke(token: string): boolean {
    return this.#access.delete(token) || this.#refresh.delete(token);
  }
}

/** PKCE, method S256 (RFC 7636). */
export function isVerified(challenge: string, verifier: string): boolean {
  return createHash("sha256").update(verifier).digest("base64url") === challenge;
}
