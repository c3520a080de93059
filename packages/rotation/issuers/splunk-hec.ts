import { randomUUID } from "node:crypto";
import type { Rotation } from "../map.ts";
import { type Patience, poll, soon } from "../poll.ts";
import { AdminUnset, openAdmin } from "../splunk/admin-secret.ts";
import { proveToken } from "../splunk/hec.ts";
import { readTarget, tokenKey } from "../splunk/hec-target.ts";
import { retireTokens } from "../splunk/retire.ts";
import { type HecSettings, SplunkError, type TokenAdmin } from "../splunk/token-admin.ts";
import { tokenNames, tokensOf } from "../splunk/token-names.ts";
import { type SecretValue, textAt } from "../value.ts";
import { type AskingPorts, type Issuer, turnMs } from "./issuer.ts";

/** HEC tokens created beside the old one, each with its own name: a token's value can never be changed. */
export function splunkHec(
  { platform, admin }: Extract<Rotation, { readonly issuer: "splunk-hec" }>,
  ports: AskingPorts,
): Issuer {
  const { ask, clock } = ports;
  const names = tokenNames(ports.stage);
  const open = (patience: Patience) =>
    openAdmin({ platform, key: admin, read: ports.readSecret }, { ask, ...patience });

  return {
    keys: [tokenKey],
    propagationMs: 60_000,
    create: async (now) => ({ kind: "value", value: { ...now, [tokenKey]: randomUUID() } }),

    async install(next, now) {
      const tokens = await open(ports);
      const token = textAt(next, tokenKey);
      const name = names.nameOf(token);
      const there = await tokens.find(name);
      if (there === undefined) await tokens.create(name, token, await settingsBeside(tokens, now, ports.auditIndex));
      let found = there;
      const done = await poll(async () => {
        found ??= await tokens.find(name);
        return found !== undefined;
      }, ports);
      if (found !== undefined && found.token !== token) {
        throw new SplunkError(
          `Splunk has another token with the name ${names.nameOf("…")} that the new one would get. Rotate again.`,
        );
      }
      return done ? "installed" : "unfinished";
    },

    async prove(value) {
      const target = readTarget(value);
      if ("faults" in target) return { verdict: "rejected", reason: target.faults.join(", and ") };
      return proveToken(ask, target, ports.auditIndex, clock.now() + turnMs);
    },

    findsLeftovers: true,

    async names(values) {
      const list = async () => (await open(soon(ports))).list();
      const listed = await list().catch(unlessSplunk);
      return [...tokensOf(values)].map(
        (token) => listed?.find((one) => one.token.toLowerCase() === token)?.name ?? names.nameOf(token),
      );
    },

    async revoke(retired, kept, found) {
      const patience = soon(ports);
      try {
        const tokens = await open(patience).catch(unlessUnset);
        return await retireTokens({ retired, kept, found, names }, { tokens, ask, patience });
      } catch (error) {
        if (!(error instanceof SplunkError)) throw error;
        return { kind: "unfinished", reason: error.message.replace(/\.$/, "") };
      }
    },
  };
}

function unlessUnset(error: unknown): undefined {
  if (error instanceof AdminUnset) return undefined;
  throw error;
}

function unlessSplunk(error: unknown): undefined {
  if (!(error instanceof SplunkError)) throw error;
}

async function settingsBeside(tokens: TokenAdmin, now: SecretValue, auditIndex: string): Promise<HecSettings> {
  const beside = tokensOf([now]);
  const old = (await tokens.list()).find(({ token }) => beside.has(token.toLowerCase()));
  const fresh = { indexes: [], defaultIndex: auditIndex, source: "", sourcetype: "", host: "", useAck: false };
  const settings = old?.settings ?? fresh;
  const { indexes } = settings;
  // No index named means every index; one list that lacks the audit trail's would refuse its events.
  const allowed = old !== undefined && indexes.length === 0 ? [] : [...new Set([...indexes, auditIndex])];
  return { ...settings, indexes: allowed };
}
