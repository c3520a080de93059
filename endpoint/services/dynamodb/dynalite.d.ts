/** dynalite comes without types. */
declare module "dynalite" {
  import type { Server } from "node:http";

  interface Options {
    /** Milliseconds a table stays in CREATING, DELETING, UPDATING; 500 each by default. */
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }
  export default function dynalite(options?: Options): Server;
}
