import type { Rotation } from "../map.ts";
import { poll } from "../poll.ts";
import type { Issuer, IssuerPorts } from "./issuer.ts";
import { randomText } from "./random.ts";

/**
 * 16 to 128 printable characters, of symbols these only. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html
 */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!&#$^<>-";
const length = 64;
const valid = /^[A-Za-z0-9!&#$^<>-]{16,128}$/;

/** The AUTH token of a replication group: ROTATE lets both tokens in, SET leaves the new one. */
export function redisAuth(
  { key, replicationGroup }: Extract<Rotation, { readonly issuer: "redis-auth" }>,
  ports: IssuerPorts,
): Issuer {
  const { redis } = ports;
  const modify = async (token: string, strategy: "ROTATE" | "SET"): Promise<boolean> => {
    const isAvailable = () => redis.available(replicationGroup);
    if (!(await poll(isAvailable, ports))) return false;
    await redis.update(replicationGroup, token, strategy);
    return poll(isAvailable, ports);
  };
  const tokenOf = (value: Readonly<Record<string, string>>) => {
    const token = value[key];
    if (token === undefined) throw new Error(`The secret has no key ${key} for the AUTH token of ${replicationGroup}.`);
    return token;
  };
  return {
    keys: [key],
    propagationMs: 0,
    create: async (now) => ({ kind: "value", value: { ...now, [key]: randomText(length, alphabet) } }),
    /** The two latest tokens are valid. The old one goes first, so that a repetition of this step cannot push it out. */
    async install(next, now) {
      const both = (await modify(tokenOf(now), "ROTATE")) && (await modify(tokenOf(next), "ROTATE"));
      return both ? "installed" : "unfinished";
    },
    /** ElastiCache tells no token; a modification that has come to its end is as much as can be known from outside. */
    async prove(value) {
      if (!valid.test(value[key] ?? "")) return { verdict: "rejected", reason: "ElastiCache takes no such token" };
      if (await redis.available(replicationGroup)) return { verdict: "accepted" };
      return { verdict: "undecided", reason: `${replicationGroup} is being modified` };
    },
    async revoke(retired, kept) {
      const [current] = await kept();
      if (current === undefined || retired.every((value) => value[key] === current[key])) return { kind: "none" };
      return { kind: (await modify(tokenOf(current), "SET")) ? "revoked" : "unfinished" };
    },
  };
}
