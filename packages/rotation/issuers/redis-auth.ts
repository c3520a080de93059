import { withoutQuoting } from "../errors.ts";
import type { Rotation } from "../map.ts";
import { poll } from "../poll.ts";
import { type SecretValue, textAt } from "../value.ts";
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
    const asked = `ElastiCache took no AUTH token for ${replicationGroup}`;
    await withoutQuoting(asked, () => redis.update(replicationGroup, token, strategy));
    return poll(isAvailable, ports);
  };
  const tokenOf = (value: SecretValue) => {
    const token = textAt(value, key);
    if (token === "") throw new Error(`The secret has no key ${key} for the AUTH token of ${replicationGroup}.`);
    return token;
  };
  return {
    keys: [key],
    propagationMs: 0,
    create: async (now) => ({ kind: "value", value: { ...now, [key]: randomText(length, alphabet) } }),
    /** The two latest tokens are valid. The old one is set first, so that repeating this step cannot push it out. */
    async install(next, now) {
      const both = (await modify(tokenOf(now), "ROTATE")) && (await modify(tokenOf(next), "ROTATE"));
      return both ? "installed" : "unfinished";
    },
    /** ElastiCache does not reveal its token; a completed modification is all that can be observed from outside. */
    async prove(value) {
      if (!valid.test(textAt(value, key))) return { verdict: "rejected", reason: "ElastiCache accepts no such token" };
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
