import { CommandError } from "../errors.ts";
import { allKeys } from "../key-positions.ts";
import type { Call, Commands } from "../model.ts";
import { whyNoLongerAllowed } from "../permission.ts";
import { ok, type Reply } from "../reply.ts";
import { discard, run, unwatch } from "../run.ts";

export const transactions: Commands = {
  multi: {
    arity: 1,
    flags: ["fast"],
    run({ client }) {
      if (client.transaction !== undefined) throw new CommandError("ERR MULTI calls can not be nested");
      client.transaction = { queued: [], refused: false, bytes: 0 };
      return ok;
    },
  },
  exec: { arity: 1, flags: [], run: commit },
  discard: {
    arity: 1,
    flags: ["fast"],
    run({ client }) {
      if (client.transaction === undefined) throw new CommandError("ERR DISCARD without MULTI");
      discard(client);
      return ok;
    },
  },
  watch: {
    arity: -2,
    flags: ["fast"],
    keys: allKeys,
    run({ client, db }, wanted) {
      if (client.transaction !== undefined) throw new CommandError("ERR WATCH inside MULTI is not allowed");
      for (const key of wanted) {
        if (client.watched.some((watched) => watched.key === key && watched.database === db)) continue;
        client.watched.push({ key, database: db });
        db.watch(key, client);
      }
      return ok;
    },
  },
  unwatch: {
    arity: 1,
    flags: ["fast"],
    run({ client }) {
      unwatch(client);
      return ok;
    },
  },
};

function commit({ store, client }: Call): Reply {
  const { transaction } = client;
  if (transaction === undefined) throw new CommandError("ERR EXEC without MULTI");
  const touched = unwatch(client);
  discard(client);
  if (transaction.refused) throw new CommandError("EXECABORT Transaction discarded because of previous errors.");
  if (touched) return { absent: "array" };
  return transaction.queued.map((queued) => whyNoLongerAllowed(store, client, queued) ?? run(store, client, queued));
}
