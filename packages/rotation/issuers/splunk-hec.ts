import { randomUUID } from "node:crypto";
import type { Rotation } from "../map.ts";
import { poll } from "../poll.ts";
import { acs } from "../splunk/acs.ts";
import { enterprise } from "../splunk/enterprise.ts";
import { proveToken } from "../splunk/hec.ts";
import { type HecSettings, type HecToken, SplunkError, type TokenAdmin } from "../splunk/token-admin.ts";
import { parseValue } from "../value.ts";
import type { Issuer, IssuerPorts } from "./issuer.ts";

const key = "SPLUNK_HEC_TOKEN";

/** HEC tokens made beside the old one, each under a name of its own: a token's value can never be changed. */
export function splunkHec(
  { platform, admin }: Extract<Rotation, { readonly issuer: "splunk-hec" }>,
  ports: IssuerPorts,
): Issuer {
  const base = `${ports.stage}-mcp`;
  const nameOf = (token: string) => `${base}-${token.slice(0, 8)}`;
  const isOurs = ({ name, token }: HecToken) => name === nameOf(token);
  let opened: Promise<TokenAdmin> | undefined;
  const open = () => {
    opened ??= openAdmin(platform, admin, ports);
    return opened;
  };

  return {
    keys: [key],
    propagationMs: 60_000,
    create: async (now) => ({ kind: "value", value: { ...now, [key]: randomUUID() } }),

    async install(next, now) {
      const tokens = await open();
      const token = next[key] ?? "";
      const name = nameOf(token);
      const there = await tokens.find(name);
      if (there === undefined)
        await tokens.create(name, token, await settingsBeside(tokens, now[key], ports.auditIndex));
      let found = there;
      const done = await poll(async () => {
        found ??= await tokens.find(name);
        return found !== undefined;
      }, ports);
      if (found !== undefined && found.token !== token) {
        throw new SplunkError(`Splunk has another token named ${name}. Delete it there, and rotate again.`);
      }
      return done ? "installed" : "unfinished";
    },

    prove: (value) =>
      proveToken(ports.fetch, {
        url: value.SPLUNK_HEC_URL ?? "",
        token: value[key] ?? "",
        index: ports.auditIndex,
      }),

    async revoke(retired, kept) {
      const tokens = await open().catch(unlessUnset);
      if (tokens === undefined) {
        opened = undefined;
        const remedy = "Delete the old HEC token in Splunk: the fleet has no administrator's credentials to do it.";
        return retired.length === 0 ? { kind: "none" } : { kind: "by-hand", remedy };
      }
      const all = await tokens.list();
      const keep = new Set((await kept()).map((value) => value[key]?.toLowerCase()));
      const old = new Set(retired.map((value) => value[key]?.toLowerCase()));
      const orphans = all
        .filter((one) => !keep.has(one.token.toLowerCase()))
        .filter((one) => old.has(one.token.toLowerCase()) || isOurs(one));
      for (const orphan of orphans) {
        // Disabled first: should the deletion hang, the credential is void all the same.
        if (!orphan.disabled) await tokens.disable(orphan.name);
        await tokens.delete(orphan.name);
      }
      const gone = await poll(async () => {
        const left = await Promise.all(orphans.map(({ name }) => tokens.find(name)));
        return left.every((one) => one === undefined);
      }, ports);
      if (!gone) return { kind: "unfinished" };
      return { kind: [...old].every((token) => keep.has(token)) ? "none" : "revoked" };
    },
  };
}

/** A fleet whose operator turns tokens by hand has put no administrator's credentials, and settles all the same. */
function unlessUnset(error: unknown): undefined {
  if (error instanceof AdminUnset) return undefined;
  throw error;
}

class AdminUnset extends SplunkError {}

async function settingsBeside(
  tokens: TokenAdmin,
  beside: string | undefined,
  auditIndex: string,
): Promise<HecSettings> {
  const old = (await tokens.list()).find(({ token }) => token.toLowerCase() === beside?.toLowerCase());
  const fresh = { indexes: [], defaultIndex: auditIndex, source: "", sourcetype: "", host: "", useAck: false };
  const settings = old?.settings ?? fresh;
  const { indexes } = settings;
  // No index named means every index; one list that lacks the audit trail's would refuse its events.
  const allowed = old !== undefined && indexes.length === 0 ? [] : [...new Set([...indexes, auditIndex])];
  return { ...settings, indexes: allowed };
}

async function openAdmin(platform: "cloud" | "enterprise", key: string, ports: IssuerPorts): Promise<TokenAdmin> {
  const value = parseValue(await ports.readSecret(key));
  const { SPLUNK_ADMIN_URL: url, SPLUNK_ADMIN_TOKEN: token } = value ?? {};
  if (url === undefined || token === undefined || !URL.canParse(url) || url.includes("replace-me")) {
    throw new AdminUnset(
      `The secret ${key} has no administrator's address and token yet. Put SPLUNK_ADMIN_URL and SPLUNK_ADMIN_TOKEN into it.`,
    );
  }
  return platform === "cloud" ? acs({ url, token }, ports) : enterprise({ url, token }, ports);
}
