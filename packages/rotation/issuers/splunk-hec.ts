import { randomUUID } from "node:crypto";
import type { Rotation } from "../map.ts";
import { acs } from "../splunk/acs.ts";
import { enterprise } from "../splunk/enterprise.ts";
import { proveToken } from "../splunk/hec.ts";
import { type HecSettings, type HecToken, SplunkError, type TokenAdmin } from "../splunk/token-admin.ts";
import { parseValue } from "../value.ts";
import type { Issuer, IssuerPorts } from "./issuer.ts";

const key = "SPLUNK_HEC_TOKEN";
const firstPauseMs = 250;
const longestPauseMs = 10_000;

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

  /** Waits for what the vendor has accepted, as long as this call may last. */
  const until = async (done: () => Promise<boolean>): Promise<boolean> => {
    for (let pause = firstPauseMs; !(await done()); pause = Math.min(longestPauseMs, pause * 2)) {
      if (ports.clock.now() + pause > ports.deadline()) return false;
      await ports.clock.sleep(pause);
    }
    return true;
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
      const done = await until(async () => {
        found ??= await tokens.find(name);
        return found !== undefined;
      });
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
      const tokens = await open();
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
      const gone = await until(async () => {
        const left = await Promise.all(orphans.map(({ name }) => tokens.find(name)));
        return left.every((one) => one === undefined);
      });
      return { kind: gone ? "revoked" : "unfinished" };
    },
  };
}

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
    throw new SplunkError(
      `The secret ${key} has no administrator's address and token yet. Put SPLUNK_ADMIN_URL and SPLUNK_ADMIN_TOKEN into it.`,
    );
  }
  return platform === "cloud" ? acs({ url, token }, ports) : enterprise({ url, token }, ports);
}
