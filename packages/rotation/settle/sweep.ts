import { current, holderOf, settled, settlingTag, sweepTag } from "../labels.ts";
import type { SecretEntry } from "../map.ts";
import type { SettlePorts } from "./ports.ts";
import { revokeRetired } from "./revoke.ts";

/** Milliseconds from one sweep to the next, and to the next attempt at one that did not end. */
const pauses = { swept: 86_400_000, unfinished: 3_600_000 } as const;

/**
 * Once a day, what an issuer finished after its rotation was given up is found by its name, and revoked. Only of a secret
 * that is settled: until then, tasks use what its versions hold no more.
 */
export async function sweep(entry: SecretEntry, ports: SettlePorts): Promise<void> {
  const { store, clock } = ports;
  if (!ports.issuerOf(entry).findsLeftovers) return;
  const { arn, tags, versions } = await store.describe(entry.id);
  const currentId = holderOf(versions, current);
  const isSettled = tags[settlingTag] === undefined && holderOf(versions, settled) === currentId;
  const isDue = !(Date.parse(tags[sweepTag] ?? "") > clock.now());
  if (currentId === undefined || !isSettled || !isDue) return;
  const next = (pause: number) => store.tag(arn, sweepTag, new Date(clock.now() + pause).toISOString());
  await next(pauses.unfinished);
  const { kind } = await revokeRetired(entry, [], ports);
  if (kind !== "unfinished") await next(pauses.swept);
}
