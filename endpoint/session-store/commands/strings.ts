import { CommandError, invalidExpiry, outOfMemory, syntaxError, wrongArity } from "../errors.ts";
import { largest, parseInteger } from "../integer.ts";
import { allKeys, oneKey, pairs } from "../key-positions.ts";
import type { Call, Commands } from "../model.ts";
import { ok, type Reply } from "../reply.ts";

const textOf = (text: string) => ({ kind: "string", text }) as const;
const longestText = 512n * 1024n * 1024n;

export const strings: Commands = {
  get: { arity: 2, flags: ["readonly", "fast"], keys: oneKey, run: ({ db }, [key = ""]) => db.text(key) ?? null },
  set: {
    arity: -3,
    flags: ["write", "denyoom"],
    keys: oneKey,
    run(call, [key = "", text = "", ...options]) {
      return setText(call, key, text, parseOptions(options, "set"));
    },
  },
  setnx: {
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    keys: oneKey,
    run({ db }, [key = "", text = ""]) {
      if (db.has(key)) return 0;
      db.put(key, textOf(text));
      return 1;
    },
  },
  setex: {
    arity: 4,
    flags: ["write", "denyoom"],
    keys: oneKey,
    run: (call, [key = "", ttl = "", text = ""]) => setText(call, key, text, { expiry: { unit: "ex", value: ttl } }),
  },
  psetex: {
    arity: 4,
    flags: ["write", "denyoom"],
    keys: oneKey,
    run: (call, [key = "", ttl = "", text = ""]) => setText(call, key, text, { expiry: { unit: "px", value: ttl } }),
  },
  getset: {
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    keys: oneKey,
    run({ db }, [key = "", text = ""]) {
      const before = db.text(key) ?? null;
      db.put(key, textOf(text));
      return before;
    },
  },
  getdel: {
    arity: 2,
    flags: ["write", "fast"],
    keys: oneKey,
    run({ db }, [key = ""]) {
      const text = db.text(key) ?? null;
      db.delete(key);
      return text;
    },
  },
  getex: { arity: -2, flags: ["write", "fast"], keys: oneKey, run: getWithExpiry },
  mget: {
    arity: -2,
    flags: ["readonly", "fast"],
    keys: allKeys,
    run: ({ db }, wanted) =>
      wanted.map((key) => {
        const value = db.get(key);
        return value?.kind === "string" ? value.text : null;
      }),
  },
  mset: {
    arity: -3,
    flags: ["write", "denyoom"],
    keys: pairs,
    run(call, args) {
      setAll(call, args);
      return ok;
    },
  },
  msetnx: {
    arity: -3,
    flags: ["write", "denyoom"],
    keys: pairs,
    run(call, args) {
      if (args.length % 2 === 1) throw wrongArity(call.name);
      if (args.some((key, index) => index % 2 === 0 && call.db.has(key))) return 0;
      setAll(call, args);
      return 1;
    },
  },
  append: {
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    keys: oneKey,
    run(call, [key = "", more = ""]) {
      const text = call.db.text(key) ?? "";
      checkLength(call, BigInt(text.length + more.length));
      call.db.put(key, textOf(text + more), "kept");
      return text.length + more.length;
    },
  },
  strlen: {
    arity: 2,
    flags: ["readonly", "fast"],
    keys: oneKey,
    run: ({ db }, [key = ""]) => (db.text(key) ?? "").length,
  },
  getrange: { arity: 4, flags: ["readonly"], keys: oneKey, run: getRange },
  setrange: { arity: 4, flags: ["write", "denyoom"], keys: oneKey, run: setRange },
};

interface SetOptions {
  readonly expiry?: { readonly unit: Unit; readonly value: string } | "kept" | "none";
  readonly onlyIf?: "absent" | "present";
  /** Answer with what was there before. */
  readonly get?: boolean;
}

type Unit = "ex" | "px" | "exat" | "pxat";

function isUnit(option: string): option is Unit {
  return ["ex", "px", "exat", "pxat"].includes(option);
}

/** A unit may be given twice, and the last value counts; two kinds of expiry exclude each other. */
function parseOptions(options: readonly string[], command: "set" | "getex"): SetOptions {
  let parsed: SetOptions = {};
  for (let at = 0; at < options.length; at++) {
    const option = (options[at] ?? "").toLowerCase();
    const value = options[at + 1];
    const unit = typeof parsed.expiry === "object" ? parsed.expiry.unit : parsed.expiry;
    if (isUnit(option) && value !== undefined && (unit ?? option) === option) {
      parsed = { ...parsed, expiry: { unit: option, value } };
      at++;
    } else parsed = { ...parsed, ...parseWord(option, parsed, command) };
  }
  return parsed;
}

function parseWord(option: string, { expiry, onlyIf }: SetOptions, command: "set" | "getex"): SetOptions {
  switch (`${command} ${option}`) {
    case "getex persist":
      if ((expiry ?? "none") === "none") return { expiry: "none" };
      break;
    case "set keepttl":
      if ((expiry ?? "kept") === "kept") return { expiry: "kept" };
      break;
    case "set nx":
      if (onlyIf !== "present") return { onlyIf: "absent" };
      break;
    case "set xx":
      if (onlyIf !== "absent") return { onlyIf: "present" };
      break;
    case "set get":
      return { get: true };
  }
  throw syntaxError();
}

function setText({ db, name }: Call, key: string, text: string, { expiry, onlyIf, get }: SetOptions): Reply {
  const at = typeof expiry === "object" ? momentOf(expiry, name) : undefined;
  const before = get === true ? (db.text(key) ?? null) : undefined;
  const found = db.has(key);
  if (onlyIf !== undefined && found !== (onlyIf === "present")) return before ?? null;
  db.put(key, textOf(text), expiry === "kept" ? "kept" : "none");
  if (at !== undefined) db.expire(key, at);
  return before === undefined ? ok : before;
}

function getWithExpiry({ db, name }: Call, [key = "", ...options]: readonly string[]): Reply {
  const { expiry } = parseOptions(options, "getex");
  const text = db.text(key);
  if (text === undefined) return null;
  if (expiry === "none" && db.expiry(key) !== "never") db.expire(key, undefined);
  else if (typeof expiry === "object") {
    const at = momentOf(expiry, name);
    if (expiry.unit.endsWith("at") && at <= Date.now()) db.delete(key);
    else db.expire(key, at);
  }
  return text;
}

/** Milliseconds since 1970. Throws where it is not one, or does not fit 64 bits. */
function momentOf({ unit, value }: { readonly unit: Unit; readonly value: string }, name: string): bigint {
  const amount = parseInteger(value);
  const ms = unit.startsWith("e") ? amount * 1000n : amount;
  const at = unit.endsWith("at") ? ms : ms + BigInt(Date.now());
  if (amount <= 0n || ms > largest || at > largest) throw invalidExpiry(name);
  return at;
}

function setAll({ db, name }: Call, args: readonly string[]): void {
  if (args.length % 2 === 1) throw wrongArity(name);
  for (let at = 0; at < args.length; at += 2) db.put(args[at] ?? "", textOf(args[at + 1] ?? ""));
}

function checkLength({ store }: Call, length: bigint): void {
  if (length > longestText) throw new CommandError("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
  // No string of this engine can be as long as Redis allows.
  if (length > (store.options.maxMemory || Number.MAX_SAFE_INTEGER) || length > 2n ** 29n - 64n) throw outOfMemory();
}

function getRange({ db }: Call, [key = "", first = "", last = ""]: readonly string[]): Reply {
  const [start, end] = [parseInteger(first), parseInteger(last)];
  const text = db.text(key) ?? "";
  if (start < 0 && end < 0 && start > end) return "";
  const place = (at: bigint) => Math.max(0, Number(at < 0 ? at + BigInt(text.length) : at));
  return text.slice(place(start), place(end) + 1);
}

function setRange(call: Call, [key = "", at = "", patch = ""]: readonly string[]): Reply {
  const offset = parseInteger(at);
  if (offset < 0) throw new CommandError("ERR offset is out of range");
  const text = call.db.text(key) ?? "";
  if (patch === "") return text.length;
  checkLength(call, offset + BigInt(patch.length));
  const start = text.slice(0, Number(offset)).padEnd(Number(offset), "\0");
  const changed = start + patch + text.slice(start.length + patch.length);
  call.db.put(key, textOf(changed), "kept");
  return changed.length;
}
