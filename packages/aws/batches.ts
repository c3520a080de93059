/** Results in the order of the things, a few at a time: AWS allows an account so many calls a second, in all. */
export async function eachOf<T, R>(
  things: readonly T[],
  work: (thing: T) => Promise<R>,
  atOnce = 8,
): Promise<readonly R[]> {
  const results: R[] = [];
  const left = things.entries();
  let failed = false;
  const walk = async () => {
    for (const [at, thing] of left) {
      if (failed) return;
      results[at] = await work(thing).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, things.length) }, walk));
  return results;
}

/** As many at a time as one call takes. */
export function chunksOf<T>(things: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(things.length / size) }, (_, at) => things.slice(at * size, (at + 1) * size));
}
