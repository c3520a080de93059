import { isLegacy } from "../align/reading.ts";
import { current, holderOf, pending, previous, settled, settlingTag } from "../labels.ts";
import type { SecretEntry } from "../map.ts";
import type { SecretDescription, ServiceState } from "../ports.ts";
import { sameText } from "../value.ts";
import type { Observation, SecretObservation, ServiceObservation } from "./observation.ts";
import { lastGood } from "./plan.ts";
import type { Memory, SettlePorts } from "./ports.ts";
import { readSettling } from "./settling.ts";

/** Reads the secrets, and the services of those that are not settled. A stable fleet costs one call per secret. */
export async function observe(ports: SettlePorts, memory: Memory): Promise<Observation> {
  const entries = ports.map.secrets.filter((entry) => !memory.parked.has(entry.key) && isLookedAfter(entry));
  const secrets: SecretObservation[] = [];
  for (const entry of entries) {
    const secret = await parkOnError(ports, memory, entry.key, () => observeSecret(ports, memory, entry));
    if (secret !== undefined) secrets.push(secret);
  }
  const services = await observeServices(ports, memory, secrets);
  return { now: ports.clock.now(), secrets, services };
}

/** The planner ignores a secret that no service uses and nobody issues, such as an administrator's. */
function isLookedAfter({ services, rotation }: SecretEntry): boolean {
  return services.length > 0 || !("declined" in rotation);
}

/** A failure with one secret does not stop the others. */
export async function parkOnError<T>(
  { log }: SettlePorts,
  memory: Memory,
  key: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    memory.parked.add(key);
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    log({ level: "error", secret: key, name, message });
    memory.failures.push(new Error(`${key}: ${name}: ${message}`, { cause: error }));
    return undefined;
  }
}

async function observeSecret(
  ports: SettlePorts,
  memory: Memory,
  entry: SecretEntry,
): Promise<SecretObservation | undefined> {
  const secret = await ports.store.describe(entry.id);
  const { versions } = secret;
  const currentId = holderOf(versions, current);
  // Nothing to settle: it has no value yet.
  if (currentId === undefined) return undefined;
  const pendingId = holderOf(versions, pending);
  const ids = {
    versions,
    currentId,
    settledId: holderOf(versions, settled),
    previousId: holderOf(versions, previous),
  };
  const settling = readSettling(secret.tags[settlingTag]);
  const createdAt = (id: string) => ports.store.createdAt(secret.arn, id);
  return {
    ...ids,
    key: entry.key,
    services: entry.services,
    pending:
      pendingId === undefined || pendingId === currentId
        ? undefined
        : { id: pendingId, createdAt: await createdAt(pendingId) },
    settling,
    currentCreatedAt: settling === undefined && ids.settledId === undefined ? await createdAt(currentId) : undefined,
    propagationMs: ports.issuerOf(entry).propagationMs,
    proofs: memory.proofs.get(entry.key) ?? {},
    ...(settling === undefined && ids.settledId === currentId
      ? { unchanged: true, legacy: false }
      : await lookInside(ports, entry, secret, ids)),
  };
}

async function lookInside(
  ports: SettlePorts,
  entry: SecretEntry,
  secret: SecretDescription,
  ids: Parameters<typeof lastGood>[0],
): Promise<Pick<SecretObservation, "unchanged" | "legacy">> {
  const now = await ports.store.read(secret.arn, ids.currentId);
  const good = lastGood(ids);
  const before = good === undefined ? undefined : await ports.store.read(secret.arn, good);
  const first = good === undefined && ids.settledId === undefined;
  return { unchanged: first || sameText(now, before), legacy: isLegacy(now ?? "", entry) };
}

async function observeServices(
  ports: SettlePorts,
  memory: Memory,
  secrets: readonly SecretObservation[],
): Promise<readonly ServiceObservation[]> {
  const { fleet } = ports;
  const concerned = secrets.filter(
    ({ settling, currentId, key }) =>
      settling?.versionId === currentId &&
      settling.phase !== "unchanged" &&
      settling.phase !== "revoking" &&
      memory.proofs.get(key)?.[currentId]?.verdict === "accepted",
  );
  const names = [...new Set(concerned.flatMap(({ services }) => services))];
  if (names.length === 0) return [];
  const states = await fleet.describe(names);
  return Promise.all(
    states.map(async (state) => {
      const seen = asRolled(state, memory.rolled.get(state.name));
      const idle = seen.desiredCount === 0 || seen.primary?.state === "COMPLETED";
      return { ...seen, tasks: idle ? await fleet.tasks(seen.name) : undefined };
    }),
  );
}

/** A deployment asked for in this run counts as under way, whether or not a read shows it yet. */
function asRolled(state: ServiceState, at: number | undefined): ServiceState {
  if (at === undefined || (state.primary !== undefined && state.primary.createdAt >= at)) return state;
  return { ...state, primary: { id: "requested", createdAt: at, state: "IN_PROGRESS" } };
}
