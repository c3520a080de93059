import { randomUUID } from "node:crypto";
import { Address } from "../address.ts";
import { Credential } from "../credential.ts";
import type { Rotation } from "../map.ts";
import { poll } from "../poll.ts";
import { acs } from "../splunk/acs.ts";
import { enterprise } from "../splunk/enterprise.ts";
import { proveToken } from "../splunk/hec.ts";
import { readTarget, tokenKey } from "../splunk/hec-target.ts";
import { type HecSettings, type HecToken, SplunkError, type TokenAdmin } from "../splunk/token-admin.ts";
import { parseValue, type SecretValue, textAt } from "../value.ts";
import type { Issuer, IssuerPorts } from "./issuer.ts";

const tokenOf = (value: SecretValue) => textAt(value, tokenKey);
/** As they are compared. A value without one has none in common with a token that its administrator does not show. */
const tokensOf = (values: readonly SecretValue[]) =>
  new Set(values.map((value) => tokenOf(value).toLowerCase()).filter((token) => token !== ""));

/** HEC tokens created beside the old one, each with its own name: a token's value can never be changed. */
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
    keys: [tokenKey],
    propagationMs: 60_000,
    create: async (now) => ({ kind: "value", value: { ...now, [tokenKey]: randomUUID() } }),

    async install(next, now) {
      const tokens = await open();
      const token = tokenOf(next);
      const name = nameOf(token);
      const there = await tokens.find(name);
      if (there === undefined)
        await tokens.create(name, token, await settingsBeside(tokens, tokensOf([now]), ports.auditIndex));
      let found = there;
      const done = await poll(async () => {
        found ??= await tokens.find(name);
        return found !== undefined;
      }, ports);
      if (found !== undefined && found.token !== token) {
        throw new SplunkError(
          `Splunk has another token with the name ${base}-… that the new one would get. Rotate again.`,
        );
      }
      return done ? "installed" : "unfinished";
    },

    async prove(value) {
      const target = readTarget(value);
      if ("faults" in target) return { verdict: "rejected", reason: target.faults.join(", and ") };
      return proveToken(ports.fetch, target, ports.auditIndex);
    },

    async revoke(retired, kept) {
      const tokens = await open().catch(unlessUnset);
      if (tokens === undefined) {
        opened = undefined;
        const remedy = "Delete the old HEC token in Splunk: the fleet has no administrator credentials for that.";
        return retired.length === 0 ? { kind: "none" } : { kind: "by-hand", remedy };
      }
      const all = await tokens.list();
      const keep = tokensOf(await kept());
      const old = tokensOf(retired);
      const orphans = all
        .filter((one) => !keep.has(one.token.toLowerCase()))
        .filter((one) => old.has(one.token.toLowerCase()) || isOurs(one));
      for (const orphan of orphans) {
        // Disabled first: if the deletion hangs, the credential is void anyway.
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

/** An operator who manages tokens by hand sets no administrator credentials; the fleet settles anyway. */
function unlessUnset(error: unknown): undefined {
  if (error instanceof AdminUnset) return undefined;
  throw error;
}

class AdminUnset extends SplunkError {}

async function settingsBeside(
  tokens: TokenAdmin,
  beside: ReadonlySet<string>,
  auditIndex: string,
): Promise<HecSettings> {
  const old = (await tokens.list()).find(({ token }) => beside.has(token.toLowerCase()));
  const fresh = { indexes: [], defaultIndex: auditIndex, source: "", sourcetype: "", host: "", useAck: false };
  const settings = old?.settings ?? fresh;
  const { indexes } = settings;
  // No index named means every index; one list that lacks the audit trail's would refuse its events.
  const allowed = old !== undefined && indexes.length === 0 ? [] : [...new Set([...indexes, auditIndex])];
  return { ...settings, indexes: allowed };
}

async function openAdmin(platform: "cloud" | "enterprise", key: string, ports: IssuerPorts): Promise<TokenAdmin> {
  const value = parseValue(await ports.readSecret(key)) ?? {};
  const written = textAt(value, "SPLUNK_ADMIN_URL");
  const remedy = "Set SPLUNK_ADMIN_URL and SPLUNK_ADMIN_TOKEN in it";
  if (written === "" || written.includes("replace-me") || textAt(value, "SPLUNK_ADMIN_TOKEN") === "") {
    throw new AdminUnset(`The secret ${key} has no administrator address and token yet. ${remedy}.`);
  }
  const address = Address.read(written);
  if (!(address instanceof Address)) {
    throw new AdminUnset(`The secret ${key} cannot be used: its SPLUNK_ADMIN_URL ${address.fault}. ${remedy}.`);
  }
  const token = Credential.read(textAt(value, "SPLUNK_ADMIN_TOKEN"));
  if (!(token instanceof Credential)) {
    throw new AdminUnset(`The secret ${key} cannot be used: its SPLUNK_ADMIN_TOKEN ${token.fault}. ${remedy}.`);
  }
  return platform === "cloud" ? acs({ address, token }, ports) : enterprise({ address, token }, ports);
}
