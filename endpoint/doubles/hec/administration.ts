import type { HecDouble } from "./index.ts";
import type { TokenRegistry } from "./token.ts";

/** What an administrator's API does to the tokens of one Splunk. */
export type TokenAdministration = Pick<TokenRegistry, "create" | "get" | "list" | "update" | "delete">;

export function administrationOf(hec: HecDouble): TokenAdministration {
  return {
    create: (request, propagationMs) => hec.createToken(request, propagationMs),
    get: (name) => hec.getToken(name),
    list: () => hec.listTokens(),
    update: (name, change) => hec.updateToken(name, change),
    delete: (name) => hec.deleteToken(name),
  };
}
