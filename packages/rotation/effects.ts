import { createEffects, type Effects } from "./aws/effects.ts";

let made: Effects | undefined;

/**
 * The functions' outside world, built once, with the first event, so that a mistake in the environment fails that event.
 *
 * @param deadline milliseconds since the epoch, after which no new work starts
 */
export function effects(deadline: number): Effects {
  made ??= createEffects();
  made.setDeadline(deadline);
  return made;
}
