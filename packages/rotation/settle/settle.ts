import type { SecretEntry } from "../map.ts";
import { act } from "./act.ts";
import type { Action } from "./action.ts";
import { observe, parkOnError } from "./observe.ts";
import { plan } from "./plan.ts";
import type { Memory, SettlePorts } from "./ports.ts";
import { sweep } from "./sweep.ts";

export type { SettlePorts } from "./ports.ts";

/** More turns than any fleet needs: a planner that never comes to rest is a bug to notice, not one to pay for. */
const turnsAtMost = 200;

/**
 * Observes, acts, and observes again, until all it can do is wait for an event. Running it twice, or
 * after a run that died, has the same result as once. If something failed, throws `AggregateError` after doing the
 * rest.
 */
export async function settle(ports: SettlePorts): Promise<readonly Action[]> {
  const memory: Memory = { proofs: new Map(), rolled: new Map(), parked: new Set(), failures: [] };
  let actions: readonly Action[] = [];
  for (let turn = 0; turn < turnsAtMost; turn++) {
    actions = plan(await observe(ports, memory));
    const due = actions.filter(({ kind }) => kind !== "wait");
    if (due.length === 0 && !(await sleepUntilDue(actions, ports))) break;
    for (const action of due) await perform(action, ports, memory);
  }
  for (const entry of ports.map.secrets) await parkOnError(ports, memory, entry.key, () => sweep(entry, ports));
  for (const action of actions) ports.log({ level: "info", ...action });
  if (memory.failures.length > 0) {
    throw new AggregateError(memory.failures, memory.failures.map(({ message }) => message).join("; "));
  }
  return actions;
}

/** False when there is nothing to wait for in this run. */
async function sleepUntilDue(actions: readonly Action[], { clock, deadline }: SettlePorts): Promise<boolean> {
  const times = actions.flatMap((action) =>
    action.kind === "wait" && action.until !== undefined ? [action.until] : [],
  );
  const next = Math.min(...times);
  if (next > deadline()) return false;
  await clock.sleep(Math.max(1, next - clock.now()));
  return true;
}

async function perform(action: Action, ports: SettlePorts, memory: Memory): Promise<void> {
  switch (action.kind) {
    case "wait":
      return;
    case "roll":
      return roll(action, ports, memory);
    default: {
      const entry = entryOf(ports, action.secret);
      await parkOnError(ports, memory, action.secret, () => act(action, entry, ports, memory));
    }
  }
}

async function roll(action: Action & { readonly kind: "roll" }, ports: SettlePorts, memory: Memory): Promise<void> {
  const [first = action.service] = action.secrets;
  await parkOnError(ports, memory, first, async () => {
    const at = ports.clock.now();
    await ports.fleet.roll(action.service);
    memory.rolled.set(action.service, at);
    ports.log({ level: "info", ...action });
  });
}

function entryOf({ map }: SettlePorts, key: string): SecretEntry {
  const entry = map.secrets.find((one) => one.key === key);
  if (entry === undefined) throw new Error(`The planner named ${key}, which is not in the map.`);
  return entry;
}
