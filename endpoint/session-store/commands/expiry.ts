import { CommandError, invalidExpiry, quoted } from "../errors.ts";
import { largest, parseInteger, smallest } from "../integer.ts";
import { oneKey } from "../key-positions.ts";
import type { Call, Commands } from "../model.ts";
import type { Reply } from "../reply.ts";

export const expiry: Commands = {
  expire: expire({ unit: 1000n, from: "now" }),
  pexpire: expire({ unit: 1n, from: "now" }),
  expireat: expire({ unit: 1000n, from: "1970" }),
  pexpireat: expire({ unit: 1n, from: "1970" }),
  ttl: timeLeft({ unit: 1000n, from: "now" }),
  pttl: timeLeft({ unit: 1n, from: "now" }),
  expiretime: timeLeft({ unit: 1000n, from: "1970" }),
  pexpiretime: timeLeft({ unit: 1n, from: "1970" }),
  persist: {
    arity: 2,
    flags: ["write", "fast"],
    keys: oneKey,
    run({ db }, [key = ""]) {
      const known = db.expiry(key);
      if (known === undefined || known === "never") return 0;
      db.expire(key, undefined);
      return 1;
    },
  },
};

/** How a command counts time: in seconds or milliseconds, from now on or since 1970. */
interface Scale {
  readonly unit: 1n | 1000n;
  readonly from: "now" | "1970";
}

function expire({ unit, from }: Scale): Commands[string] {
  return {
    arity: -3,
    flags: ["write", "fast"],
    keys: oneKey,
    run({ db, name }: Call, [key = "", amount = "", ...words]: readonly string[]): Reply {
      const conditions = parseConditions(words);
      const at = momentOf(parseInteger(amount), { unit, from }, name);
      const known = db.expiry(key);
      if (known === undefined || !allowed(conditions, known, at)) return 0;
      if (at <= Date.now()) db.delete(key);
      else db.expire(key, at);
      return 1;
    },
  };
}

function momentOf(amount: bigint, { unit, from }: Scale, name: string): bigint {
  const ms = amount * unit;
  const at = from === "now" ? ms + BigInt(Date.now()) : ms;
  if (ms > largest || ms < smallest || at > largest) throw invalidExpiry(name);
  return at;
}

function parseConditions(words: readonly string[]): ReadonlySet<string> {
  const conditions = new Set<string>();
  for (const word of words) {
    const condition = word.toLowerCase();
    if (!["nx", "xx", "gt", "lt"].includes(condition))
      throw new CommandError(`ERR Unsupported option ${quoted(word, word.length)}`);
    conditions.add(condition);
  }
  if (conditions.has("nx") && conditions.size > 1)
    throw new CommandError("ERR NX and XX, GT or LT options at the same time are not compatible");
  if (conditions.has("gt") && conditions.has("lt"))
    throw new CommandError("ERR GT and LT options at the same time are not compatible");
  return conditions;
}

/** A key without expiry counts as one that lives forever. */
function allowed(conditions: ReadonlySet<string>, known: bigint | "never", at: bigint): boolean {
  if (conditions.has("nx") && known !== "never") return false;
  if (conditions.has("xx") && known === "never") return false;
  if (conditions.has("gt") && (known === "never" || at <= known)) return false;
  return !(conditions.has("lt") && known !== "never" && at >= known);
}

function timeLeft({ unit, from }: Scale): Commands[string] {
  return {
    arity: 2,
    flags: ["readonly", "fast"],
    keys: oneKey,
    run({ db }, [key = ""]) {
      const known = db.expiry(key);
      if (known === undefined) return -2;
      if (known === "never") return -1;
      const ms = from === "now" ? known - BigInt(Date.now()) : known;
      const left = ms < 0n ? 0n : ms;
      return unit === 1n ? left : (left + 500n) / 1000n;
    },
  };
}
