import type { Effects } from "./aws/effects.ts";

let made: Promise<Effects> | undefined;

/**
 * The functions' outside world, built once, with the first event: until then the SDK's code is not even compiled.
 *
 * @param deadline milliseconds since the epoch, after which no new work starts
 */
export async function effects(deadline: number): Promise<Effects> {
  made ??= import("./aws/effects.ts").then(({ createEffects }) => createEffects());
  const ready = await made;
  ready.setDeadline(deadline);
  return ready;
}
