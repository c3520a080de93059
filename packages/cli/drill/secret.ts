import { randomInt } from "node:crypto";
import type { SecretPlan, StagePlan } from "#fleet";
import { current, holderOf, isRejected, settled } from "#rotation/labels.ts";
import { findSecret } from "../secrets/find.ts";
import { describeSecret, readSecret, shortId } from "../secrets/read.ts";
import { stateOf } from "../secrets/state.ts";
import { keyStates, readKeys, type SecretKeys } from "../secrets/value.ts";
import { type Exercise, NotPossible, type Step } from "./step.ts";
import { holdVersion } from "./versions.ts";

/** Somebody sets a value that does not work: the fleet goes back to the one before, and marks the bad one. */
export const secret: Step = {
  id: "secret",
  title: "somebody sets a secret to a value that does not work",
  async run(exercise) {
    const { stage, until, putBack } = exercise;
    const plan = choose(exercise);
    const values = await readKeys(stage, plan);
    const unset = keyStates(plan, values).filter(([, state]) => state === "missing" || state === "placeholder");
    if (unset.length > 0)
      throw new NotPossible(`${plan.name} has no value for ${unset.map(([key]) => key).join(", ")} yet.`);
    const isSettled = async () => {
      const facts = await readSecret(stage, plan.key);
      const state = stateOf(await describeSecret(stage, plan), facts);
      const at = holderOf(facts?.versions ?? [], current);
      return state === "settled" && at !== undefined && holderOf(facts?.versions ?? [], settled) === at
        ? at
        : undefined;
    };
    await until(`${plan.name} to be settled`, isSettled);
    const held = await holdVersion(stage, plan);
    putBack(held.change);
    const began = Date.now();
    const bad = await held.replace(spoiled(plan, values));
    await until(`the fleet to go back to version ${shortId(held.good)} of ${plan.name}`, async () => {
      const versions = (await readSecret(stage, plan.key))?.versions ?? [];
      return isRejected(versions, bad) && holderOf(versions, current) === held.good ? true : undefined;
    });
    const seconds = Math.round((Date.now() - began) / 1_000);
    await until(`${plan.name} to be settled again`, isSettled);
    return `Back at version ${shortId(held.good)} of ${plan.name} after ${seconds} s; ${shortId(bad)} is marked as bad.`;
  },
};

/** Those whose issuer says that a value is bad: nobody is hurt by it, and nothing that works is revoked. */
const provable: readonly string[] = ["splunk-hec", "google-oauth"];

function choose({ stage: { plan }, service, secret: wanted }: Exercise): SecretPlan {
  const found = wanted === undefined ? proven(plan, service.key) : findSecret(plan, wanted);
  if (found === undefined)
    throw new NotPossible(
      "Nobody can prove a value of the map's secrets: name one with --secret, whose services notice.",
    );
  if (found.adoptedArn !== undefined) throw new NotPossible(`${found.name} is adopted: others may use it.`);
  if (found.usedBy.length === 0 && "declined" in found.rotation)
    throw new NotPossible(`No service uses ${found.name}: the fleet leaves it alone.`);
  // ElastiCache itself is given each value of it.
  if ("issuer" in found.rotation && found.rotation.issuer === "redis-auth")
    throw new NotPossible(`${found.name} is Redis's own: a value that does not work locks every task out.`);
  return found;
}

function proven({ secrets }: StagePlan, service: string): SecretPlan | undefined {
  const own = secrets.filter(
    ({ rotation, adoptedArn, usedBy }) =>
      "issuer" in rotation && provable.includes(rotation.issuer) && adoptedArn === undefined && usedBy.length > 0,
  );
  return own.find(({ usedBy }) => usedBy.includes(service)) ?? own[0];
}

/** Of the same shape, and another: addresses stay, as what listens there is not to be asked. */
function spoiled({ keys }: SecretPlan, values: SecretKeys): SecretKeys {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, key in keys && !URL.canParse(value) ? another(value) : value]),
  );
}

const classes = ["0123456789", "abcdef", "ghijklmnopqrstuvwxyz", "ABCDEF", "GHIJKLMNOPQRSTUVWXYZ"];

function another(value: string): string {
  const one = [...value]
    .map((character) => {
      const same = classes.find((all) => all.includes(character));
      return same === undefined ? character : same.charAt(randomInt(same.length));
    })
    .join("");
  return one === value && classes.some((all) => [...all].some((each) => value.includes(each))) ? another(value) : one;
}
