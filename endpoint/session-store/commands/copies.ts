import * as v from "valibot";
import { CommandError, syntaxError } from "../errors.ts";
import { parseInteger } from "../integer.ts";
import { oneKey } from "../key-positions.ts";
import type { Call, Commands } from "../model.ts";
import { ok, type Reply } from "../reply.ts";
import { Fields, Members, type Value } from "../value.ts";

/** Values as text that only this store reads: Redis calls its own opaque, too, and ties it to a version. */
export const copies: Commands = {
  dump: {
    arity: 2,
    flags: ["readonly"],
    keys: oneKey,
    run({ db }, [key = ""]) {
      const value = db.get(key);
      return value === undefined ? null : `${mark}${JSON.stringify(plainOf(value))}`;
    },
  },
  restore: { arity: -4, flags: ["write", "denyoom"], keys: oneKey, run: restore },
};

const mark = "mcp-fleet 1 ";

const Plain = v.variant("kind", [
  v.object({ kind: v.literal("string"), text: v.string() }),
  v.object({ kind: v.literal("hash"), entries: v.array(v.tuple([v.string(), v.string()])) }),
  v.object({ kind: v.literal("set"), members: v.array(v.string()) }),
]);
type Plain = v.InferOutput<typeof Plain>;
const Payload = v.pipe(v.string(), v.parseJson(), Plain);

function plainOf(value: Value): Plain {
  switch (value.kind) {
    case "string":
      return value;
    case "hash":
      return { kind: "hash", entries: value.entries().map(([field, text]) => [field, text]) };
    case "set":
      return { kind: "set", members: [...value.all()] };
  }
}

function builtFrom(plain: Plain): Value {
  switch (plain.kind) {
    case "string":
      return plain;
    case "hash": {
      const fields = new Fields();
      for (const [field, text] of plain.entries) fields.set(field, text);
      return fields;
    }
    case "set": {
      const members = new Members();
      for (const member of plain.members) members.add(member);
      return members;
    }
  }
}

function restore({ db }: Call, [key = "", ttl = "", payload = "", ...words]: readonly string[]): Reply {
  const options = new Set(words.map((word) => word.toLowerCase()));
  for (const option of options) if (option !== "replace" && option !== "absttl") throw syntaxError();
  if (db.has(key) && !options.has("replace")) throw new CommandError("BUSYKEY Target key name already exists.");
  const ms = parseInteger(ttl);
  if (ms < 0n) throw new CommandError("ERR Invalid TTL value, must be >= 0");
  const parsed = v.safeParse(Payload, payload.startsWith(mark) ? payload.slice(mark.length) : "");
  if (!parsed.success) throw new CommandError("ERR DUMP payload version or checksum are wrong");
  db.delete(key);
  const now = BigInt(Date.now());
  const at = options.has("absttl") ? ms : now + ms;
  // What has expired meanwhile is not there any more.
  if (ms !== 0n && at <= now) return ok;
  db.put(key, builtFrom(parsed.output));
  if (ms !== 0n) db.expire(key, at);
  return ok;
}
