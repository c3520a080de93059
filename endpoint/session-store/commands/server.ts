import { syntaxError } from "../errors.ts";
import { createGlob } from "../glob.ts";
import { informationOf } from "../information.ts";
import type { Call, Commands } from "../model.ts";
import { ok, type Reply } from "../reply.ts";

export const server: Commands = {
  info: {
    arity: -1,
    flags: [],
    run: ({ store }, sections) => ({
      verbatim: informationOf(
        store,
        sections.map((section) => section.toLowerCase()),
      ),
    }),
  },
  time: {
    arity: 1,
    flags: ["fast"],
    run() {
      const now = Date.now();
      return [String(Math.floor(now / 1000)), String((now % 1000) * 1000)];
    },
  },
  config: {
    subcommands: {
      get: { arity: -3, flags: ["admin"], run: getSettings },
      resetstat: {
        arity: 2,
        flags: ["admin"],
        run({ store }) {
          Object.assign(store.tally, { hits: 0, misses: 0, expired: 0, evicted: 0 });
          return ok;
        },
      },
    },
  },
  shutdown: {
    arity: -1,
    flags: ["admin", "no_multi"],
    run({ store }, modes) {
      if (modes.some((mode) => !["save", "nosave", "now", "force"].includes(mode.toLowerCase()))) throw syntaxError();
      store.options.onShutdown();
      return ok;
    },
  },
};

function getSettings({ store }: Call, patterns: readonly string[]): Reply {
  const settings = {
    appendonly: "no",
    databases: String(store.databases.length),
    maxmemory: String(store.options.maxMemory),
    "maxmemory-policy": "volatile-lru",
    "notify-keyspace-events": "",
    "proto-max-bulk-len": String(512 * 1024 * 1024),
    save: "",
    timeout: "0",
    "tls-port": String(store.options.port),
  };
  const globs = patterns.map((pattern) => createGlob(pattern.toLowerCase()));
  return { pairs: Object.entries(settings).filter(([name]) => globs.some((matches) => matches(name))) };
}
