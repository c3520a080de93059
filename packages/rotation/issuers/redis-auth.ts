import { withoutQuoting } from "../errors.ts";
import type { Rotation } from "../map.ts";
import { poll, soon } from "../poll.ts";
import { type SecretValue, textAt } from "../value.ts";
import type { AskingPorts, Issuer } from "./issuer.ts";
import { randomText } from "./random.ts";

/**
 * 16 to 128 printable characters, of symbols these only. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html
 */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!&#$^<>-";
const length = 64;
const valid = /^[A-Za-z0-9!&#$^<>-]{16,128}$/;

/** The token that a group was told to keep alone and may not have yet: ElastiCache shows neither. */
const told = new WeakMap<AskingPorts["redis"], { readonly replicationGroup: string; readonly token: string }>();

/** The AUTH token of a replication group: ROTATE lets both tokens in, SET leaves the new one. */
export function redisAuth(
  { key, replicationGroup }: Extract<Rotation, { readonly issuer: "redis-auth" }>,
  ports: AskingPorts,
): Issuer {
  const { redis } = ports;
  const isAvailable = () => redis.available(replicationGroup);
  const update = (token: string, strategy: "ROTATE" | "SET") =>
    withoutQuoting(`ElastiCache took no AUTH token for ${replicationGroup}`, () =>
      redis.update(replicationGroup, token, strategy),
    );
  const addToken = async (token: string): Promise<boolean> => {
    if (!(await poll(isAvailable, ports))) return false;
    await update(token, "ROTATE");
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
      return (await addToken(tokenOf(now))) && (await addToken(tokenOf(next))) ? "installed" : "unfinished";
    },
    /** ElastiCache does not reveal its token; a completed modification is all that can be observed from outside. */
    async prove(value) {
      if (!valid.test(textAt(value, key))) return { verdict: "rejected", reason: "ElastiCache accepts no such token" };
      if (await redis.available(replicationGroup)) return { verdict: "accepted" };
      return { verdict: "undecided", reason: `${replicationGroup} is being modified` };
    },
    findsLeftovers: false,
    names: async () => [`the AUTH token of ${replicationGroup} before this one`],
    /** SET leaves no other token; that ElastiCache has completed it is all that can be observed from outside. */
    async revoke(retired, values) {
      const [current] = await values();
      if (current === undefined || retired.every((value) => value[key] === current[key])) return { kind: "none" };
      const token = tokenOf(current);
      const patience = soon(ports);
      const before = told.get(redis);
      const isTold = before?.replicationGroup === replicationGroup && before.token === token;
      if (!isTold && (await poll(isAvailable, patience))) {
        await update(token, "SET");
        told.set(redis, { replicationGroup, token });
      }
      if (told.get(redis)?.token === token && (await poll(isAvailable, patience))) {
        told.delete(redis);
        return { kind: "revoked", names: [] };
      }
      return { kind: "unfinished", reason: `${replicationGroup} is being modified` };
    },
  };
}
