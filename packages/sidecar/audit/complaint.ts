import type { Fields, Log } from "../log.ts";

/** The same problem is logged once in this time. */
const repeatMs = 60_000;

/** Logs a problem when it begins, when it changes, and now and then while it lasts. */
export class Complaint {
  readonly #log: Log;
  #logged = "";
  #at = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  log(trouble: string, fields: Fields): void {
    if (trouble === this.#logged && Date.now() - this.#at < repeatMs) return;
    this.#logged = trouble;
    this.#at = Date.now();
    this.#log.error(trouble, fields);
  }

  /** The problem is over: the next one is logged at once, even if it is the same. */
  withdraw(): void {
    this.#logged = "";
  }
}
