import { CommandError } from "./errors.ts";
import type { Client, Queued, Store } from "./model.ts";
import type { Reply } from "./reply.ts";

/** Runs an admitted command. What goes wrong in it is its answer: a transaction continues after it. */
export function run(store: Store, client: Client, { command, name, args }: Queued): Reply {
  const db = store.databases[client.database];
  if (db === undefined) throw new RangeError(`There is no database ${client.database}.`);
  try {
    return command.run({ store, client, db, name }, args);
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
}

/** Forgets a transaction, and what it watches. */
export function discard(client: Client): void {
  client.transaction = undefined;
  unwatch(client);
}

/** @returns whether a key that was watched has changed */
export function unwatch(client: Client): boolean {
  for (const { key, database } of client.watched.splice(0)) database.unwatch(key, client);
  const { touched } = client;
  client.touched = false;
  return touched;
}
