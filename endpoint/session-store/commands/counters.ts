import { CommandError } from "../errors.ts";
import { addExtended, type Extended, formatExtended, parseExtended } from "../extended.ts";
import { addIntegers, parseInteger, smallest } from "../integer.ts";
import { oneKey } from "../key-positions.ts";
import type { Call, Commands } from "../model.ts";
import type { Reply } from "../reply.ts";
import { Fields } from "../value.ts";

export const counters: Commands = {
  incr: counter(2, () => 1n),
  decr: counter(2, () => -1n),
  incrby: counter(3, (by) => parseInteger(by)),
  decrby: counter(3, (by) => {
    const amount = parseInteger(by);
    if (amount === smallest) throw new CommandError("ERR decrement would overflow");
    return -amount;
  }),
  incrbyfloat: {
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    keys: oneKey,
    run({ db }, [key = "", by = ""]) {
      const text = db.text(key) ?? "0";
      const sum = add(parseFloating(text), parseFloating(by));
      db.put(key, { kind: "string", text: sum }, "kept");
      return sum;
    },
  },
  hincrby: { arity: 4, flags: ["write", "denyoom", "fast"], keys: oneKey, run: incrementField },
  hincrbyfloat: {
    arity: 4,
    flags: ["write", "denyoom", "fast"],
    keys: oneKey,
    run({ db }, [key = "", field = "", by = ""]) {
      const amount = parseFloating(by);
      if (amount === "infinite") throw new CommandError("ERR value is NaN or Infinity");
      const fields = db.hash(key) ?? new Fields();
      const sum = add(parseFloating(fields.get(field) ?? "0", "hash value is not a float"), amount);
      fields.set(field, sum);
      db.put(key, fields, "kept");
      return sum;
    },
  },
};

function counter(arity: 2 | 3, amountOf: (by: string) => bigint): Commands[string] {
  return {
    arity,
    flags: ["write", "denyoom", "fast"],
    keys: oneKey,
    run({ db }, [key = "", by = ""]) {
      const amount = amountOf(by);
      const sum = addIntegers(parseInteger(db.text(key) ?? "0"), amount);
      db.put(key, { kind: "string", text: String(sum) }, "kept");
      return sum;
    },
  };
}

function incrementField({ db }: Call, [key = "", field = "", by = ""]: readonly string[]): Reply {
  const amount = parseInteger(by);
  const fields = db.hash(key) ?? new Fields();
  const sum = addIntegers(parseInteger(fields.get(field) ?? "0", "hash value is not an integer"), amount);
  fields.set(field, String(sum));
  db.put(key, fields, "kept");
  return sum;
}

function parseFloating(text: string, problem = "value is not a valid float"): Extended | "infinite" {
  const value = parseExtended(text);
  if (value === undefined) throw new CommandError(`ERR ${problem}`);
  return value;
}

function add(one: Extended | "infinite", other: Extended | "infinite"): string {
  const sum = one === "infinite" || other === "infinite" ? undefined : addExtended(one, other);
  if (sum === undefined) throw new CommandError("ERR increment would produce NaN or Infinity");
  return formatExtended(sum);
}
