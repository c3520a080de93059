import type { Effects } from "#rotation/effects.ts";

let made: Promise<Effects> | undefined;

/** Built once, with the first event: until then the SDK's code is not even compiled. */
export async function effects(remainingMs: number): Promise<Effects> {
  made ??= import("#rotation/effects.ts").then(({ createEffects }) => createEffects());
  const ready = await made;
  ready.setDeadline(remainingMs);
  return ready;
}
