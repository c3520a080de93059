import type { SecretPlan, StagePlan } from "#fleet";
import { UsageError } from "../failure.ts";
import { shown } from "../stage.ts";

/** A secret of the map by its key, or by its name in Secrets Manager. */
export function findSecret({ stage, secrets }: StagePlan, wanted: string): SecretPlan {
  const found = secrets.find(({ key, name }) => key === wanted || name === wanted);
  if (found !== undefined) return found;
  const known = secrets.map(({ key }) => key).join(", ");
  throw new UsageError(`No secret ${shown(wanted)} in stage ${stage}: it has ${known === "" ? "none" : known}.`);
}

/** What stands in the place of a key may be the value itself: it is not repeated unless it reads as a key. */
export function checkKeys({ name, keys: known }: SecretPlan, keys: readonly string[]): void {
  const unknown = keys.find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return;
  const what = /^[A-Z_]{1,60}$/.test(unknown)
    ? `No key ${unknown} in ${name}`
    : `A word there is no key of ${name}, and a value is never an argument (the shell remembers it)`;
  throw new UsageError(`${what}: the map has ${Object.keys(known).join(", ")}.`);
}
