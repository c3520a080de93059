/** dynalite ships no types. */
declare module "dynalite" {
  import type { Server } from "node:http";

  interface Options {
    /** Milliseconds a table stays in CREATING, DELETING, UPDATING; 500 each unless told. */
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }
  export default function dynalite(options?: Options): Server;
}
