import type { Fields, Log } from "../log.ts";

/** The same trouble is said once in this long. */
const repeatMs = 60_000;

/** Says what is wrong when it begins, when it changes, and now and then while it lasts. */
export class Complaint {
  readonly #log: Log;
  #said = "";
  #at = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  say(trouble: string, fields: Fields): void {
    if (trouble === this.#said && Date.now() - this.#at < repeatMs) return;
    this.#said = trouble;
    this.#at = Date.now();
    this.#log.error(trouble, fields);
  }

  /** It is over: the next trouble is news, even if it is the same. */
  withdraw(): void {
    this.#said = "";
  }
}
