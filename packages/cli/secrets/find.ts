import type { SecretPlan, StagePlan } from "#fleet";
import { didYouMean } from "#fleet/nearest.ts";
import { UsageError } from "../failure.ts";
import { shown, someOf } from "../stage.ts";

/** A secret of the map by its key, or by its name in Secrets Manager. */
export function findSecret({ stage, secrets }: StagePlan, wanted: string): SecretPlan {
  const found = secrets.find(({ key, name }) => key === wanted || name === wanted);
  if (found !== undefined) return found;
  const hint = didYouMean(
    wanted,
    secrets.map(({ key }) => key),
  );
  throw new UsageError(`No secret ${shown(wanted)} in stage ${stage}: it has ${someOf(secrets)}. ${hint}`.trimEnd());
}

/** A word in the place of a key may be the value itself: it is not repeated unless it looks like a key. */
export function checkKeys({ name, keys: known }: SecretPlan, keys: readonly string[]): void {
  const unknown = keys.find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return;
  const what = /^[A-Z_]{1,60}$/.test(unknown)
    ? `No key ${unknown} in ${name}`
    : `One of these words is not a key of ${name}, and a value is never an argument (the shell remembers it)`;
  throw new UsageError(`${what}: the map has ${Object.keys(known).join(", ")}.`);
}
