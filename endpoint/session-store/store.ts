import { randomBytes } from "node:crypto";
import { allCommands, findCommand } from "./commands/index.ts";
import { Database } from "./database.ts";
import type { Client, Store, StoreOptions } from "./model.ts";
import { createTally } from "./tally.ts";
import { Users } from "./users.ts";

const databases = 16;
/** Keys looked at ten times a second, in each database. */
const sweptAtOnce = 5_000;
const sweepEveryMs = 100;

/** It outlives the socket it is served on. */
export class SessionStore implements Store {
  readonly runId = randomBytes(20).toString("hex");
  readonly startedAt = Date.now();
  readonly options: StoreOptions;
  readonly users = new Users((name) => findCommand(name) !== undefined);
  readonly catalog = allCommands();
  readonly clients = new Map<number, Client>();
  readonly tally = createTally();
  readonly databases = Array.from({ length: databases }, () => new Database(this.tally));
  connections = 0;
  commands = 0;
  readonly #sweeper: NodeJS.Timeout;

  constructor(options: StoreOptions) {
    this.options = options;
    this.#sweeper = setInterval(() => {
      for (const database of this.databases) database.sweep(sweptAtOnce);
    }, sweepEveryMs).unref();
  }

  makeRoom(bytes: number): boolean {
    const { maxMemory } = this.options;
    if (maxMemory === 0) return true;
    while (this.tally.bytes + bytes > maxMemory) {
      if (!this.databases.some((database) => database.evictOne())) return false;
    }
    return true;
  }

  close(): void {
    clearInterval(this.#sweeper);
    for (const client of this.clients.values()) client.end();
  }
}
