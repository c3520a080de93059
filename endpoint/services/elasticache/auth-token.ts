import { createHash } from "node:crypto";
import { AwsError } from "#endpoint/core/errors.ts";

/**
 * Which AUTH tokens a group accepts, as SHA-256 in hex: the tokens themselves are not kept.
 * `open` stands for no token at all, which stays accepted between a first ROTATE and the SET after it.
 */
export interface AcceptedTokens {
  readonly open: boolean;
  readonly hashes: readonly string[];
}

export const noToken: AcceptedTokens = { open: true, hashes: [] };

export type TokenStrategy = "ROTATE" | "SET" | "DELETE";

/**
 * The tokens after an update: ROTATE adds the new one and keeps the one before it, SET leaves only the new one,
 * DELETE none. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html
 */
export function updateTokens(current: AcceptedTokens, strategy: TokenStrategy, token: string): AcceptedTokens {
  const hash = hashOf(token);
  switch (strategy) {
    case "ROTATE": {
      const previous = current.hashes.filter((known) => known !== hash).at(-1);
      return { open: current.open, hashes: previous === undefined ? [hash] : [previous, hash] };
    }
    case "SET":
      return { open: false, hashes: [hash] };
    case "DELETE":
      return noToken;
  }
}

export function onlyToken(token: string | undefined): AcceptedTokens {
  return token === undefined ? noToken : { open: false, hashes: [hashOf(token)] };
}

/** Throws `InvalidParameterValue`; the message does not repeat the token. */
export function checkToken(token: string): void {
  if (!/^[A-Za-z0-9!&#$^<>-]{16,128}$/.test(token))
    throw new AwsError(
      "InvalidParameterValue",
      "The AUTH token must have 16 to 128 characters: letters, digits and ! & # $ ^ < > - alone.",
    );
}

/** The ACL rules of the user every client is. While a group is open, Redis takes any password for it. */
export function aclRules(tokens: AcceptedTokens): readonly string[] {
  const passwords = tokens.open ? ["nopass"] : tokens.hashes.map((hash) => `#${hash}`);
  return ["on", "resetpass", ...passwords, "~*", "&*", "+@all"];
}

export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
