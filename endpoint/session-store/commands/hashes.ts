import { wrongArity } from "../errors.ts";
import { createGlob } from "../glob.ts";
import { oneKey } from "../key-positions.ts";
import type { Call, Commands } from "../model.ts";
import { ok, type Reply } from "../reply.ts";
import { parseCursor, parseScan } from "../scan.ts";
import { Fields } from "../value.ts";

export const hashes: Commands = {
  hset: { arity: -4, flags: ["write", "denyoom", "fast"], keys: oneKey, run: setFields },
  hmset: {
    arity: -4,
    flags: ["write", "denyoom", "fast"],
    keys: oneKey,
    run(call, args) {
      setFields(call, args);
      return ok;
    },
  },
  hsetnx: {
    arity: 4,
    flags: ["write", "denyoom", "fast"],
    keys: oneKey,
    run({ db }, [key = "", field = "", text = ""]) {
      const fields = db.hash(key) ?? new Fields();
      if (fields.get(field) !== undefined) return 0;
      fields.set(field, text);
      db.put(key, fields, "kept");
      return 1;
    },
  },
  hget: {
    arity: 3,
    flags: ["readonly", "fast"],
    keys: oneKey,
    run: ({ db }, [key = "", field = ""]) => db.hash(key)?.get(field) ?? null,
  },
  hmget: {
    arity: -3,
    flags: ["readonly", "fast"],
    keys: oneKey,
    run({ db }, [key = "", ...wanted]) {
      const fields = db.hash(key);
      return wanted.map((field) => fields?.get(field) ?? null);
    },
  },
  hgetall: {
    arity: 2,
    flags: ["readonly"],
    keys: oneKey,
    run: ({ db }, [key = ""]) => ({ pairs: db.hash(key)?.entries() ?? [] }),
  },
  hkeys: {
    arity: 2,
    flags: ["readonly"],
    keys: oneKey,
    run: ({ db }, [key = ""]) => (db.hash(key)?.entries() ?? []).map(([field]) => field),
  },
  hvals: {
    arity: 2,
    flags: ["readonly"],
    keys: oneKey,
    run: ({ db }, [key = ""]) => (db.hash(key)?.entries() ?? []).map(([, text]) => text),
  },
  hlen: {
    arity: 2,
    flags: ["readonly", "fast"],
    keys: oneKey,
    run: ({ db }, [key = ""]) => db.hash(key)?.size ?? 0,
  },
  hstrlen: {
    arity: 3,
    flags: ["readonly", "fast"],
    keys: oneKey,
    run: ({ db }, [key = "", field = ""]) => db.hash(key)?.get(field)?.length ?? 0,
  },
  hexists: {
    arity: 3,
    flags: ["readonly", "fast"],
    keys: oneKey,
    run: ({ db }, [key = "", field = ""]) => (db.hash(key)?.get(field) === undefined ? 0 : 1),
  },
  hdel: { arity: -3, flags: ["write", "fast"], keys: oneKey, run: deleteFields },
  hscan: { arity: -3, flags: ["readonly"], keys: oneKey, run: scanFields },
};

function setFields({ db, name }: Call, [key = "", ...args]: readonly string[]): Reply {
  if (args.length % 2 === 1) throw wrongArity(name);
  const fields = db.hash(key) ?? new Fields();
  let created = 0;
  for (let at = 0; at < args.length; at += 2) if (fields.set(args[at] ?? "", args[at + 1] ?? "")) created++;
  db.put(key, fields, "kept");
  return created;
}

function deleteFields({ db }: Call, [key = "", ...unwanted]: readonly string[]): Reply {
  const fields = db.hash(key);
  const deleted = unwanted.filter((field) => fields?.delete(field)).length;
  if (fields?.size === 0) db.delete(key);
  else if (deleted > 0) db.changed(key);
  return deleted;
}

/** All of it at once, as Redis answers for a small one: COUNT is a hint. */
function scanFields({ db }: Call, [key = "", cursor = "", ...options]: readonly string[]): Reply {
  parseCursor(cursor);
  const fields = db.hash(key);
  if (fields === undefined) return ["0", []];
  const matches = createGlob(parseScan(options, "items").match);
  return ["0", fields.entries().flatMap(([field, text]) => (matches(field) ? [field, text] : []))];
}
