import { CommandError, syntaxError } from "../errors.ts";
import { createGlob } from "../glob.ts";
import { parseInteger } from "../integer.ts";
import { allKeys, oneKey } from "../key-positions.ts";
import type { Call, Commands } from "../model.ts";
import type { Reply } from "../reply.ts";
import { parseCursor, parseScan } from "../scan.ts";
import { Members } from "../value.ts";

/** For SRANDMEMBER with repetitions: a longer reply would be an attack. */
const mostDrawn = 1_000_000n;

export const sets: Commands = {
  sadd: {
    arity: -3,
    flags: ["write", "denyoom", "fast"],
    keys: oneKey,
    run({ db }, [key = "", ...members]) {
      const set = db.set(key) ?? new Members();
      const added = members.filter((member) => set.add(member)).length;
      if (added > 0) db.put(key, set, "kept");
      return added;
    },
  },
  srem: { arity: -3, flags: ["write", "fast"], keys: oneKey, run: removeMembers },
  smembers: {
    arity: 2,
    flags: ["readonly"],
    keys: oneKey,
    run: ({ db }, [key = ""]) => ({ members: db.set(key)?.all() ?? [] }),
  },
  sismember: {
    arity: 3,
    flags: ["readonly", "fast"],
    keys: oneKey,
    run: ({ db }, [key = "", member = ""]) => (db.set(key)?.has(member) === true ? 1 : 0),
  },
  smismember: {
    arity: -3,
    flags: ["readonly", "fast"],
    keys: oneKey,
    run({ db }, [key = "", ...members]) {
      const set = db.set(key);
      return members.map((member) => (set?.has(member) === true ? 1 : 0));
    },
  },
  scard: {
    arity: 2,
    flags: ["readonly", "fast"],
    keys: oneKey,
    run: ({ db }, [key = ""]) => db.set(key)?.size ?? 0,
  },
  spop: { arity: -2, flags: ["write", "fast"], keys: oneKey, run: popMembers },
  srandmember: { arity: -2, flags: ["readonly"], keys: oneKey, run: drawMembers },
  smove: { arity: 4, flags: ["write", "fast"], keys: [1, 2, 1], run: moveMember },
  sinter: {
    arity: -2,
    flags: ["readonly"],
    keys: allKeys,
    run({ db }, wanted) {
      const [first, ...others] = allSets(wanted.map((key) => db.set(key)));
      return { members: (first?.all() ?? []).filter((member) => others.every((other) => other.has(member))) };
    },
  },
  sunion: {
    arity: -2,
    flags: ["readonly"],
    keys: allKeys,
    run: ({ db }, wanted) => ({ members: [...new Set(wanted.flatMap((key) => db.set(key)?.all() ?? []))] }),
  },
  sdiff: {
    arity: -2,
    flags: ["readonly"],
    keys: allKeys,
    run({ db }, wanted) {
      const [first, ...others] = wanted.map((key) => db.set(key));
      return { members: (first?.all() ?? []).filter((member) => !others.some((other) => other?.has(member))) };
    },
  },
  sscan: {
    arity: -3,
    flags: ["readonly"],
    keys: oneKey,
    run({ db }, [key = "", cursor = "", ...options]) {
      parseCursor(cursor);
      const set = db.set(key);
      if (set === undefined) return ["0", []];
      return ["0", set.all().filter(createGlob(parseScan(options, "items").match))];
    },
  },
};

/** None at all where one is missing: they have nothing in common. */
function allSets(found: readonly (Members | undefined)[]): readonly Members[] {
  const there = found.filter((set) => set !== undefined);
  return there.length === found.length ? there : [];
}

function removeMembers({ db }: Call, [key = "", ...unwanted]: readonly string[]): Reply {
  const set = db.set(key);
  const removed = unwanted.filter((member) => set?.delete(member)).length;
  if (set?.size === 0) db.delete(key);
  else if (removed > 0) db.changed(key);
  return removed;
}

function popMembers(call: Call, [key = "", amount, more]: readonly string[]): Reply {
  if (more !== undefined) throw syntaxError();
  const count = amount === undefined ? 1n : parseInteger(amount, "value is out of range, must be positive");
  if (count < 0n) throw new CommandError("ERR value is out of range, must be positive");
  const set = call.db.set(key);
  const popped = draw(set?.all() ?? [], Number(count));
  if (popped.length > 0) removeMembers(call, [key, ...popped]);
  if (amount === undefined) return popped[0] ?? null;
  return { members: popped };
}

function drawMembers({ db }: Call, [key = "", amount, more]: readonly string[]): Reply {
  if (more !== undefined) throw syntaxError();
  const count = amount === undefined ? undefined : parseInteger(amount);
  const members = db.set(key)?.all() ?? [];
  if (count === undefined) return draw(members, 1)[0] ?? null;
  if (count >= 0n) return draw(members, Number(count));
  if (-count > mostDrawn) throw new CommandError("ERR value is out of range");
  return Array.from({ length: members.length === 0 ? 0 : Number(-count) }, () => draw(members, 1)[0] ?? null);
}

/** A number of them at random, none twice. */
function draw(members: readonly string[], count: number): readonly string[] {
  if (count >= members.length) return members;
  const left = [...members];
  return Array.from({ length: count }, (_, index) => {
    const at = index + Math.floor(Math.random() * (left.length - index));
    const drawn = left[at] ?? "";
    left[at] = left[index] ?? "";
    return drawn;
  });
}

function moveMember({ db }: Call, [from = "", to = "", member = ""]: readonly string[]): Reply {
  if (!db.has(from)) return 0;
  const source = db.set(from);
  const target = db.set(to) ?? new Members();
  if (source === undefined || !source.has(member)) return 0;
  if (from === to) return 1;
  source.delete(member);
  if (source.size === 0) db.delete(from);
  else db.changed(from);
  if (target.add(member)) db.put(to, target, "kept");
  return 1;
}
