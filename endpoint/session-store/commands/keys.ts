import { noSuchKey, syntaxError } from "../errors.ts";
import { createGlob } from "../glob.ts";
import { allKeys, oneKey } from "../key-positions.ts";
import type { Call, Commands } from "../model.ts";
import { ok, type Reply } from "../reply.ts";
import { parseCursor, parseScan } from "../scan.ts";

export const keys: Commands = {
  del: { arity: -2, flags: ["write"], keys: allKeys, run: deleteKeys },
  unlink: { arity: -2, flags: ["write", "fast"], keys: allKeys, run: deleteKeys },
  exists: { arity: -2, flags: ["readonly", "fast"], keys: allKeys, run: countKeys },
  touch: { arity: -2, flags: ["readonly", "fast"], keys: allKeys, run: countKeys },
  type: {
    arity: 2,
    flags: ["readonly", "fast"],
    keys: oneKey,
    run: ({ db }, [key = ""]) => ({ simple: db.get(key)?.kind ?? "none" }),
  },
  keys: {
    arity: 2,
    flags: ["readonly"],
    run: ({ db }, [pattern = ""]) => [...db.keys()].filter(createGlob(pattern)),
  },
  scan: { arity: -2, flags: ["readonly"], run: scanKeys },
  randomkey: {
    arity: 1,
    flags: ["readonly"],
    run({ db }) {
      const all = [...db.keys()];
      return all[Math.floor(Math.random() * all.length)] ?? null;
    },
  },
  rename: {
    arity: 3,
    flags: ["write"],
    keys: [1, 2, 1],
    run(call, args) {
      rename(call, args);
      return ok;
    },
  },
  renamenx: {
    arity: 3,
    flags: ["write", "fast"],
    keys: [1, 2, 1],
    run(call, [from = "", to = ""]) {
      if (call.db.has(from) && call.db.has(to)) return 0;
      rename(call, [from, to]);
      return 1;
    },
  },
  dbsize: { arity: 1, flags: ["readonly", "fast"], run: ({ db }) => db.size },
  flushdb: {
    arity: -1,
    flags: ["write"],
    run({ db }, args) {
      checkMode(args);
      db.clear();
      return ok;
    },
  },
  flushall: {
    arity: -1,
    flags: ["write"],
    run({ store }, args) {
      checkMode(args);
      for (const database of store.databases) database.clear();
      return ok;
    },
  },
};

function deleteKeys({ db }: Call, unwanted: readonly string[]): Reply {
  return unwanted.filter((key) => db.delete(key)).length;
}

function countKeys({ db }: Call, wanted: readonly string[]): Reply {
  return wanted.filter((key) => db.get(key) !== undefined).length;
}

function scanKeys({ db }: Call, [from = "", ...options]: readonly string[]): Reply {
  const start = parseCursor(from);
  const { match, count, type } = parseScan(options, "keys");
  const matches = createGlob(match);
  const { cursor, keys: found } = db.scan(start, count);
  const wanted = (key: string) => matches(key) && (type === undefined || db.get(key)?.kind === type);
  return [String(cursor), found.filter(wanted)];
}

function rename({ db }: Call, [from = "", to = ""]: readonly string[]): void {
  const value = db.get(from);
  const expiry = db.expiry(from);
  if (value === undefined || expiry === undefined) throw noSuchKey();
  if (from === to) return;
  db.delete(to);
  db.delete(from);
  db.put(to, value);
  if (expiry !== "never") db.expire(to, expiry);
}

function checkMode([mode, more]: readonly string[]): void {
  if (more !== undefined || !["sync", "async", undefined].includes(mode?.toLowerCase())) throw syntaxError();
}
