import { type SecretValue, textAt } from "../value.ts";
import { tokenKey } from "./hec-target.ts";
import type { HecToken } from "./token-admin.ts";

/** What the fleet calls the tokens it makes: `<stage>-mcp-<first 8 characters of the token>`. */
export interface TokenNames {
  nameOf(token: string): string;
  isOurs(token: HecToken): boolean;
}

export function tokenNames(stage: string): TokenNames {
  const nameOf = (token: string) => `${stage}-mcp-${token.slice(0, 8)}`;
  return { nameOf, isOurs: ({ name, token }) => name === nameOf(token) };
}

/** A token as it is compared. */
export function tokenIn(value: SecretValue): string {
  return textAt(value, tokenKey).toLowerCase();
}

/** A value without a token has none in common with one that its administrator does not show. */
export function tokensOf(values: readonly SecretValue[]): ReadonlySet<string> {
  return new Set(values.map(tokenIn).filter((token) => token !== ""));
}
