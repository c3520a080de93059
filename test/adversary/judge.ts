import { settingOf } from "./operator.ts";
import type { SecretSetting } from "./plot.ts";
import { hour, minute } from "./time.ts";
import { idOf, isSplunk, tokenIn } from "./values.ts";
import { strayOn, unsettledBy, worksFor } from "./watch.ts";
import type { World } from "./world.ts";

/** Some hours after the last fault: every secret is where it should be. */
export function judgeEnds(world: World): void {
  for (const secret of world.plot.setting.secrets) {
    const { key } = secret;
    if (!worksFor(secret, world)) {
      world.accuse("unconverged", key, "the current value does not work");
      continue;
    }
    const stray = strayOn(key, world);
    if (stray === undefined) continue;
    const kind = endedBadly(key, world) ? "stuck" : "unconverged";
    world.accuse(kind, key, `${stray.service} has a task (${stray.task.status}) without the current value`);
  }
}

export function judgePromptness(key: string, world: World): void {
  const left = unsettledBy(settingOf(key, world), world);
  if (left !== undefined) world.accuse("unconverged", key, `not in time: ${left.words}`);
}

/** Some days later: nothing is left over, nobody is asked to do what is done, and the next rotation can begin. */
export function judgeRest(world: World): void {
  for (const secret of world.plot.setting.secrets) {
    const { key } = secret;
    const left = unsettledBy(secret, world);
    if (left !== undefined)
      world.accuse(world.crimes.length > 0 ? "unconverged" : "stuck", key, `days later, ${left.words}`);
    const bad = endedBadly(key, world);
    if (bad !== undefined && isLookedAfter(secret, world)) world.accuse("stuck", key, `the last message is: ${bad}`);
    if (isSplunk(secret.kind) && secret.shares === undefined) judgeTokens(secret, world);
  }
}

/** The fleet has no right to a secret that nobody issues once no service of the map uses it: an open message stays so. */
function isLookedAfter({ key, kind }: SecretSetting, { plot, removed }: World): boolean {
  return (
    kind !== "declined" || plot.setting.services.some((one) => one.secrets.includes(key) && !removed.has(one.name))
  );
}

/** The last word to people is that something is wrong. */
function endedBadly(key: string, { people }: World): string | undefined {
  const last = people.about(key).findLast(({ phase }) => phase !== "notice");
  return last?.phase === "firing" ? last.text : undefined;
}

function judgeTokens({ key }: SecretSetting, world: World): void {
  const sharing = world.plot.setting.secrets.filter((one) => one.key === key || one.shares === key);
  const kept = sharing.flatMap((one) =>
    ["AWSCURRENT", "candidate"].map((label) => tokenIn(world.secrets.holder(idOf(one.key), label)?.text)),
  );
  const texts = world.people.notices.map(({ text }) => text);
  for (const one of world.stacks.get(key)?.tokens ?? []) {
    if (one.deleted || kept.includes(one.token)) continue;
    if (one.madeBy === "fleet") world.accuse("left", key, one.name);
    else if (one.disabled) continue;
    else if (
      !texts.some(
        (text) =>
          text.includes(one.name) ||
          text.includes(one.token.slice(0, 8)) ||
          (!one.listed && /by hand|delete the old/i.test(text)),
      )
    ) {
      world.accuse("unsaid", key, one.name);
    }
  }
}

const perHour = 60;

/** The most requests of an hour in which the issuer said that it was busy, or nothing. */
export function busiestHour({ requests }: World): number {
  let most = 0;
  for (const secret of new Set(requests.map((one) => one.secret))) {
    const own = requests.filter((one) => one.secret === secret);
    let first = 0;
    let busy = 0;
    own.forEach((request, last) => {
      busy += isBusy(request.status) ? 1 : 0;
      for (let oldest = own[first]; oldest !== undefined && oldest.at <= request.at - hour; oldest = own[++first]) {
        busy -= isBusy(oldest.status) ? 1 : 0;
      }
      if (busy > 0) most = Math.max(most, last - first + 1);
    });
  }
  return most;
}

function isBusy(status: number): boolean {
  return status === 0 || status === 429 || status === 424 || status >= 500;
}

export function judgePace(world: World): void {
  const most = busiestHour(world);
  if (most > perHour) world.accuse("hammered", "an issuer", `${most} requests in an hour`);
}

/** All that can be rotated is, with nothing in its way. */
export async function examine(world: World): Promise<void> {
  const examined = world.plot.setting.secrets.filter(({ kind }) => isSplunk(kind) || kind === "random");
  const before = new Map(examined.map(({ key }) => [key, world.current(key)?.id]));
  for (const { key } of examined) {
    const outcome = world.rotations.rotate(idOf(key));
    world.note(`exam: ${key} ${outcome}`);
    if (outcome !== "begun") world.accuse("stuck", key, `the next rotation is refused: ${outcome}`);
  }
  const isUnchanged = (key: string) => before.get(key) === world.current(key)?.id;
  const isDone = () => examined.every((secret) => !isUnchanged(secret.key) && unsettledBy(secret, world) === undefined);
  for (let asked = 0; asked < 12 && !isDone(); asked++) {
    // AWS's own attempts are few, and an issuer may take longer than they: people ask again.
    if (asked < 8) for (const { key } of examined) if (isUnchanged(key)) world.rotations.rotate(idOf(key));
    await world.pass(world.at + hour / 2, () => 5 * minute);
  }
  for (const secret of examined) {
    const { key } = secret;
    const left = unsettledBy(secret, world);
    if (isUnchanged(key)) world.accuse("stuck", key, "the next rotation came to nothing");
    else if (left !== undefined) world.accuse("unconverged", key, `after the next rotation, ${left.words}`);
  }
}
