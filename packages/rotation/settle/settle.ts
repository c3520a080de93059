import { RotationError } from "../errors.ts";
import { withinLimits } from "../limits.ts";
import type { SecretEntry } from "../map.ts";
import type { SecretStore } from "../ports.ts";
import { SplunkError } from "../splunk/token-admin.ts";
import { act } from "./act.ts";
import type { Action, Roll, SecretAction } from "./action.ts";
import { NoRoom } from "./keep.ts";
import { note, observe } from "./observe.ts";
import { eachOf, ecsBuckets, OutOfTime, Pace } from "./pace.ts";
import { plan } from "./plan.ts";
import type { Learned, Memory, SettlePorts } from "./ports.ts";
import { Survey } from "./survey.ts";
import { sweep } from "./sweep.ts";
import { timing } from "./timing.ts";
import { nameOf, planReminders, waitForParked } from "./waiting.ts";

export type { SettlePorts } from "./ports.ts";

/** More turns than any fleet needs: a planner that never comes to rest is a bug to notice, not one to pay for. */
const turnsAtMost = 500;
/** So many that ECS's bucket is never idle, and so few that a value that turns out bad meets few more of them. */
const rollsAtOnce = ecsBuckets.changes.burst;
const requestsAtOnce = 8;

/**
 * Observes, acts, and observes again, until all it can do is wait for an event. Secrets do not wait for each other: what
 * takes time goes on while the others are looked at. Running it twice, or after a run that died, has the same result as
 * once. If something failed, throws `AggregateError` after doing the rest.
 *
 * @param woken names of secrets and services that are looked at however settled a list shows them
 */
export async function settle(given: SettlePorts, woken: readonly string[] = []): Promise<readonly Action[]> {
  const ports: SettlePorts = { ...given, store: withinLimits(given.store) };
  const memory = remember(ports, woken, learnedOf(given.store));
  const work: Work = new Map();
  let actions: readonly Action[] = [];
  try {
    for (let turn = 0; turn < turnsAtMost && ports.clock.now() <= ports.deadline(); turn++) {
      actions = await takeTurn(ports, memory, work);
      if (!(await mayGoOn(actions, ports, work))) break;
    }
    // Last, as nobody waits for it.
    await Promise.all(ports.map.secrets.map((entry) => sweepOne(entry, ports, given.store, memory)));
  } catch (error) {
    // The next run takes it up where this one stopped.
    if (!(error instanceof OutOfTime)) throw error;
    ports.log({ level: "info", message: error.message });
  } finally {
    await Promise.all(work.values());
  }
  for (const action of actions) ports.log({ level: "info", ...action });
  if (memory.failures.length > 0) {
    throw new AggregateError(memory.failures, memory.failures.map(({ message }) => message).join("; "));
  }
  return actions;
}

const learned = new WeakMap<SecretStore, Learned>();

function learnedOf(store: SecretStore): Learned {
  const known = learned.get(store) ?? { inOrder: new Set(), restless: new Set() };
  learned.set(store, known);
  return known;
}

/** What is under way, by what it is done to: a secret, or services. */
type Work = Map<string, Promise<void>>;

async function takeTurn(ports: SettlePorts, memory: Memory, work: Work): Promise<readonly Action[]> {
  // What was under way when a look began may have changed what it saw.
  const busy = new Set(work.keys());
  const seen = await observe(ports, memory);
  const planned = waitForParked(plan(seen), memory.parked);
  const actions = waitForParked([...planned, ...planReminders(planned, seen)], memory.parked);
  for (const [key, act] of due(actions, ports, memory)) {
    if (busy.has(key) || work.has(key)) continue;
    begin(work, key, act());
  }
  return actions;
}

function begin(work: Work, key: string, done: Promise<void>): void {
  work.set(key, done);
  void done.finally(() => work.delete(key));
}

async function sweepOne(entry: SecretEntry, ports: SettlePorts, noteStore: SecretStore, memory: Memory): Promise<void> {
  try {
    await sweep(entry, ports, { noteStore, listed: memory.listed.get(entry.id) });
  } catch (error) {
    note(error, entry.key, ports, memory);
  }
}

/** False when there is nothing more to do, or to wait for, in this run. */
async function mayGoOn(actions: readonly Action[], { clock, deadline }: SettlePorts, work: Work): Promise<boolean> {
  if (work.size > 0) {
    // Others are looked at meanwhile.
    await Promise.race([...work.values(), clock.sleep(timing.look)]);
    return true;
  }
  if (actions.some(({ kind }) => kind !== "wait")) return true;
  const times = actions.flatMap((action) => (action.kind === "wait" ? [action.until ?? Number.POSITIVE_INFINITY] : []));
  const next = Math.min(...times);
  if (next > deadline()) return false;
  await clock.sleep(Math.min(timing.look, Math.max(1, next - clock.now())));
  return true;
}

function remember(ports: SettlePorts, woken: readonly string[], learned: Learned): Memory {
  return {
    woken,
    learned,
    listed: new Map(),
    survey: new Survey(ports.fleet, new Pace(ecsBuckets.reads, ports), ports.log),
    pace: new Pace(ecsBuckets.changes, ports),
    proofs: new Map(),
    rolled: new Map(),
    rejected: new Set(),
    parked: new Map(),
    unseen: new Set(),
    failures: [],
    cluster: undefined,
  };
}

const rolling = "";

/** What is to be done: for each secret one thing at a time, beside one batch of rolls. */
function due(
  actions: readonly Action[],
  ports: SettlePorts,
  memory: Memory,
): readonly (readonly [string, () => Promise<void>])[] {
  const rolls = actions.filter((action) => action.kind === "roll").slice(0, rollsAtOnce);
  const work = actions.flatMap((action) =>
    action.kind === "wait" || action.kind === "roll"
      ? []
      : [[action.secret, () => perform(action, ports, memory)] as const],
  );
  if (rolls.length === 0) return work;
  return [...work, [rolling, () => eachOf(rolls, requestsAtOnce, (one) => roll(one, ports, memory))] as const];
}

async function perform(action: SecretAction, ports: SettlePorts, memory: Memory): Promise<void> {
  const { clock } = ports;
  const entry = entryOf(ports, action.secret);
  const until = clock.now() + timing.step;
  const bounded: SettlePorts = { ...ports, issuerOf: (one) => ports.issuerOf(one, until) };
  try {
    const end = await act(action, entry, bounded, memory);
    if (end.kind === "unfinished") memory.parked.set(nameOf(action), end.reason);
  } catch (error) {
    memory.parked.set(nameOf(action), reasonOf(action, error));
    note(error, entry.key, ports, memory);
  }
}

/** Messages of our own are meant for people; of others, only the name is known to quote nothing. */
function reasonOf({ kind }: SecretAction, error: unknown): string {
  if (error instanceof SplunkError || error instanceof RotationError || error instanceof NoRoom) return error.message;
  return `the step \`${kind}\` failed (${error instanceof Error ? error.name : "no error"})`;
}

async function roll(action: Roll, ports: SettlePorts, memory: Memory): Promise<void> {
  const { service, secrets } = action;
  try {
    await memory.pace.call(async () => {
      const at = ports.clock.now();
      memory.rolled.set(service, { id: await ports.fleet.roll(service), at });
    });
    ports.log({ level: "info", ...action });
  } catch (error) {
    if (error instanceof OutOfTime) return;
    memory.parked.set(service, `${service} cannot be rolled (${error instanceof Error ? error.name : "failed"})`);
    note(error, secrets.join(", "), ports, memory);
  }
}

function entryOf({ map }: SettlePorts, key: string): SecretEntry {
  const entry = map.secrets.find((one) => one.key === key);
  if (entry === undefined) throw new Error(`The planner named ${key}, which is not in the map.`);
  return entry;
}
