import fc from "fast-check";

/** Few keys, so that commands meet; one that no command of another kind is made for comes as often. */
const key = fc.constantFrom("a", "b", "c", "k:1", "k:2");
const text = fc.oneof(
  fc.constantFrom("", "1", "-1", "0", "3.5", "1e3", "x", "nx", "9223372036854775807", "0.1", "1000.1"),
  fc.string({ unit: "binary-ascii", maxLength: 8 }),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e18, max: 1e18 }).map(String),
);
const field = fc.constantFrom("f", "g", "h", "");
const member = fc.oneof(fc.constantFrom("x", "y", "z", "1", "2"), text);
const moment = fc.constantFrom("4102444800", "1", "0", "-1", "x", "9223372036854775807");
const pattern = fc.string({
  unit: fc.constantFrom("*", "?", "[", "]", "^", "-", "\\", "a", "b", "k", ":", "1"),
  maxLength: 7,
});
const option = fc.constantFrom("NX", "XX", "GET", "KEEPTTL", "GT", "LT", "PERSIST", "nosuch", "EX", "EXAT");

const command = (name: string, ...parts: readonly fc.Arbitrary<string>[]) =>
  fc.tuple(...parts).map((args) => [name, ...args]);
const repeated = (name: string, ...parts: readonly fc.Arbitrary<string>[]) =>
  fc.array(fc.tuple(...parts), { minLength: 1, maxLength: 4 }).map((args) => [name, ...args.flat()]);
const withOptions = (name: string, ...parts: readonly fc.Arbitrary<string>[]) =>
  fc.tuple(fc.tuple(...parts), fc.array(option, { maxLength: 2 })).map(([args, more]) => [name, ...args, ...more]);

/** Any command whose answer does not depend on the clock or on chance. */
export const anyCommand: fc.Arbitrary<readonly string[]> = fc.oneof(
  withOptions("SET", key, text),
  command("SET", key, text, fc.constantFrom("EXAT", "PXAT", "ex"), moment),
  withOptions("EXPIREAT", key, moment),
  withOptions("GETEX", key),
  ...["GET", "GETDEL", "STRLEN", "INCR", "DECR", "TYPE", "EXPIRETIME", "PERSIST", "HGETALL", "HKEYS", "HVALS"].map(
    (name) => command(name, key),
  ),
  ...["HLEN", "SCARD", "SMEMBERS", "WATCH", "TTL"].map((name) => command(name, key)),
  ...["INCRBY", "DECRBY", "INCRBYFLOAT", "APPEND", "SETNX", "GETSET"].map((name) => command(name, key, text)),
  ...["DEL", "EXISTS", "MGET", "SINTER", "SUNION", "SDIFF"].map((name) => repeated(name, key)),
  ...["MSET", "MSETNX"].map((name) => repeated(name, key, text)),
  ...["RENAME", "RENAMENX"].map((name) => command(name, key, key)),
  ...["HGET", "HEXISTS", "HSTRLEN"].map((name) => command(name, key, field)),
  ...["HDEL", "HMGET"].map((name) =>
    fc.tuple(key, repeated(name, field)).map(([one, [word = "", ...rest]]) => [word, one, ...rest]),
  ),
  command("HSET", key, field, text),
  command("HSETNX", key, field, text),
  command("HINCRBY", key, field, text),
  command("HINCRBYFLOAT", key, field, text),
  command("SADD", key, member),
  command("SREM", key, member),
  command("SISMEMBER", key, member),
  command("SMOVE", key, key, member),
  command("GETRANGE", key, text, text),
  command("SETRANGE", key, fc.constantFrom("0", "3", "-1", "x"), text),
  command("KEYS", pattern),
  command("SCAN", fc.constant("0"), fc.constant("MATCH"), pattern, fc.constant("COUNT"), fc.constant("1000")),
  ...["MULTI", "EXEC", "DISCARD", "UNWATCH", "DBSIZE", "NOSUCH", "FLUSHDB"].map((name) => fc.constant([name])),
);
