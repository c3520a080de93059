import type { Database, Watcher } from "./database.ts";
import type { Protocol, Reply } from "./reply.ts";
import type { Tally } from "./tally.ts";
import type { Users } from "./users.ts";

/** A command, who sent it and the store it runs on: each names the others, so they are in one file. */

/** What Redis calls the traits of a command; those that have a meaning here. */
export type Flag =
  | "write"
  | "readonly"
  | "denyoom"
  | "fast"
  | "admin"
  | "no_auth"
  /** Not between MULTI and EXEC. */
  | "no_multi";

/** A command while it runs. */
export interface Call {
  readonly store: Store;
  readonly client: Client;
  readonly db: Database;
  /** As errors name it: `set`, `client|setname`. */
  readonly name: string;
}

/** Which arguments are keys: the first, the last (counted from the end where negative) and the step between. */
export type KeyPositions = readonly [first: number, last: number, step: number];

export interface SingleCommand {
  /** Number of words, including the command's own; a minimum if negative. */
  readonly arity: number;
  readonly flags: readonly Flag[];
  readonly keys?: KeyPositions;
  /** Throws `CommandError`. The arguments come without the command's own words. */
  readonly run: (call: Call, args: readonly string[]) => Reply;
}

export interface Container {
  /** What it does without a subcommand; most need one. */
  readonly run?: SingleCommand["run"];
  readonly subcommands: Readonly<Record<string, SingleCommand>>;
}

export type Commands = Readonly<Record<string, SingleCommand | Container>>;

export interface Queued {
  readonly command: SingleCommand;
  readonly name: string;
  readonly args: readonly string[];
}

/** What was sent since MULTI. */
export interface Transaction {
  readonly queued: Queued[];
  /** A command was refused: EXEC will be, too. */
  refused: boolean;
  bytes: number;
}

/** A connected client, as commands see it. */
export interface Client extends Watcher {
  readonly id: number;
  readonly address: string;
  readonly localAddress: string;
  readonly connectedAt: number;
  activeAt: number;
  protocol: Protocol;
  database: number;
  /** The name of one of the users. */
  user: string;
  authenticated: boolean;
  name: string;
  library: { readonly name: string; readonly version: string };
  lastCommand: string;
  transaction: Transaction | undefined;
  readonly watched: { readonly key: string; readonly database: Database }[];
  /** Set to have the connection closed once its replies are sent. */
  closing: boolean;
  /** Closes the connection at once. */
  readonly end: () => void;
}

export interface StoreOptions {
  readonly port: number;
  /** Bytes of keys and values, and of what is being sent. 0 stands for no limit, as in Redis. */
  readonly maxMemory: number;
  readonly maxClients: number;
  /** A client has the right to end the server. */
  readonly onShutdown: () => void;
}

/** Everything in the server: keys, users, clients. */
export interface Store {
  readonly runId: string;
  readonly startedAt: number;
  readonly options: StoreOptions;
  readonly users: Users;
  /** Every command, by name. */
  readonly catalog: readonly (readonly [string, Commands[string]])[];
  readonly clients: Map<number, Client>;
  readonly tally: Tally;
  readonly databases: readonly Database[];
  connections: number;
  commands: number;
  /** Evicts until this many more bytes fit. False if they do not. */
  makeRoom(bytes: number): boolean;
}
