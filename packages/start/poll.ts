import { setTimeout as sleep } from "node:timers/promises";

/**
 * Polls until there is nothing left to wait for.
 * @param pending what is still awaited, in plain words; undefined when done
 * @throws {Error} with those words once `withinMs` have passed
 */
export async function poll(pending: () => string | undefined | Promise<string | undefined>, withinMs: number) {
  const deadline = Date.now() + withinMs;
  for (let missing = await pending(); missing !== undefined; missing = await pending()) {
    if (Date.now() > deadline) throw new Error(`After ${withinMs / 1000} s: ${missing}.`);
    await sleep(200);
  }
}
