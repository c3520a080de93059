import { current, holderOf, settled, settlingTag, sweepTag } from "../labels.ts";
import type { SecretEntry } from "../map.ts";
import type { ListedSecret, SecretStore } from "../ports.ts";
import type { SettlePorts } from "./ports.ts";
import { revokeRetired } from "./revoke.ts";

/** Milliseconds from one sweep to the next, and to the next attempt at one that did not end. */
const pauses = { swept: 86_400_000, unfinished: 3_600_000 } as const;

/**
 * Once a day, what an issuer finished after its rotation was given up is found by its name, and revoked. Only of a secret
 * that is settled: until then, tasks use what its versions hold no more.
 *
 * @param beside `noteStore`: one that makes no room for a note: a label would wake the planner, and none is needed
 */
export async function sweep(
  entry: SecretEntry,
  ports: SettlePorts,
  { noteStore, listed }: { readonly noteStore: SecretStore; readonly listed: ListedSecret | undefined },
): Promise<void> {
  const { store, clock } = ports;
  if (!ports.issuerOf(entry).findsLeftovers) return;
  if (Date.parse(listed?.tags[sweepTag] ?? "") > clock.now()) return;
  const { arn, tags, versions } = await store.describe(entry.id);
  const currentId = holderOf(versions, current);
  const isSettled = tags[settlingTag] === undefined && holderOf(versions, settled) === currentId;
  const noted = Math.max(Date.parse(tags[sweepTag] ?? "") || 0, remembered.get(noteStore)?.get(arn) ?? 0);
  if (currentId === undefined || !isSettled || noted > clock.now()) return;
  const next = (pause: number) => note(arn, clock.now() + pause, noteStore);
  await next(pauses.unfinished);
  const { kind } = await revokeRetired(entry, [], currentId, ports);
  if (kind !== "unfinished") await next(pauses.swept);
}

const remembered = new WeakMap<SecretStore, Map<string, number>>();

async function note(arn: string, at: number, store: SecretStore): Promise<void> {
  if ((await store.tag(arn, sweepTag, new Date(at).toISOString())) === "tagged") return;
  // A secret may have fifty tags of its own: then this process alone knows.
  remembered.set(store, new Map([...(remembered.get(store) ?? []), [arn, at]]));
}
