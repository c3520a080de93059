import type { Fault, SecretSetting } from "./plot.ts";
import { hour, minute } from "./time.ts";
import { idOf, tokenIn } from "./values.ts";
import { begin, type World } from "./world.ts";

const pace = 5 * minute;
/** 30 minutes, and what a run takes that began just before: its pause, its length, a queue, and the pace of this watch. */
const patience = 50 * minute;
const reminder = 4 * hour + 20 * minute;

interface Wait {
  readonly what: string;
  readonly since: number;
  /** Of it, while functions could run and be heard. */
  age: number;
  accused: boolean;
}

/** Looks at every secret every five minutes: what is not settled for half an hour, people must know of. */
export class Watch {
  readonly #world: World;
  readonly #waits = new Map<string, Wait>();
  readonly #blind: readonly Fault[];

  constructor(world: World) {
    this.#world = world;
    this.#blind = world.plot.faults.filter(isBlinding);
  }

  begin(until: number): void {
    const { time } = this.#world;
    const look = () => {
      for (const secret of this.#world.plot.setting.secrets) this.#look(secret);
      if (time.now() + pace <= until) time.after(pace, look);
    };
    look();
  }

  #look(secret: SecretSetting): void {
    const { key } = secret;
    const { at } = this.#world;
    const what = unsettledBy(secret, this.#world);
    const wait = this.#waits.get(key);
    if (what === undefined || wait?.what !== what.identity) {
      if (what === undefined) this.#waits.delete(key);
      else this.#waits.set(key, { what: what.identity, since: at, age: 0, accused: false });
      return;
    }
    const isBlind = this.#blind.some(({ from, to }) => at >= from && at - pace < to);
    // A run that could not be heard may have begun just before it could: its age begins anew.
    wait.age = isBlind ? 0 : wait.age + pace;
    const told = this.#told(key, wait.since);
    const toldAgo = told === undefined ? Number.POSITIVE_INFINITY : at - told;
    const isLate = wait.age > patience && told === undefined;
    const isForgotten = toldAgo > reminder && wait.age > reminder;
    if (wait.accused || !(isLate || isForgotten)) return;
    wait.accused = true;
    this.#world.accuse("untold", key, `${what.words}, for ${Math.round((at - wait.since) / minute)} min`);
  }

  /** When people last heard of it, be it that it waits for something else since an earlier time. */
  #told(key: string, since: number): number | undefined {
    const notices = this.#world.people.about(key);
    const last = notices.at(-1);
    const isStanding = notices.findLast(({ phase }) => phase !== "notice")?.phase === "firing";
    const at = last === undefined ? undefined : last.at - begin;
    return at !== undefined && (at >= since || (isStanding && this.#world.at - at < reminder)) ? at : undefined;
  }
}

/** Nobody can tell anything: a failing function has an alarm of its own. */
function isBlinding(fault: Fault): boolean {
  switch (fault.kind) {
    case "dead":
    case "dying":
      return true;
    case "failing":
    case "down":
      return fault.port === "sns" || fault.port === "secrets";
    default:
      return false;
  }
}

interface Unsettled {
  readonly words: string;
  /** What has to be settled: another value is another wait. */
  readonly identity: string;
}

/** What is not as it should be of a secret; `undefined` if all is well. */
export function unsettledBy(secret: SecretSetting, world: World): Unsettled | undefined {
  const { key } = secret;
  const current = world.current(key);
  const pending = world.secrets.holder(idOf(key), "AWSPENDING");
  const underWay = pending !== undefined && pending.id !== current?.id ? pending.id : "";
  const unsettled = (words: string) => ({ words, identity: `${current?.id} ${underWay}` });
  if (!worksFor(secret, world)) return unsettled("the current value does not work");
  const stray = strayOn(key, world);
  if (stray !== undefined)
    return unsettled(`${stray.service} has a task (${stray.task.status}) without the current value`);
  if (underWay !== "") return unsettled("a rotation is under way");
  const kept = tokenIn(current?.text);
  // One of a rotation that came to nothing is the daily sweep's, and people were told so.
  const former = tokenIn(world.secrets.holder(idOf(key), "AWSPREVIOUS")?.text);
  const live = world.stacks
    .get(key)
    ?.tokens.find((one) => one.madeBy === "fleet" && !one.deleted && one.token !== kept && one.token === former);
  return live === undefined ? undefined : unsettled(`${live.name} is not revoked`);
}

/** A task with another value than the current one. It may not have read any yet. */
export function strayOn(key: string, world: World) {
  const text = world.current(key)?.text;
  return world.alive().find(({ task }) => task.held.has(key) && task.held.get(key) !== text);
}

/** Whether the current value is a good one, as far as anybody can tell: where nothing runs on it, nothing crashes. */
export function worksFor(secret: SecretSetting, world: World): boolean {
  const isRun = [...world.ecs.services.values()].some(
    ({ status, desired, secrets }) => status === "ACTIVE" && desired > 0 && secrets.includes(secret.key),
  );
  return world.values.works(secret, world.current(secret.key)?.text, isRun);
}
