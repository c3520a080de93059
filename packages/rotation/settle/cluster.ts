import type { ServiceState } from "../ports.ts";
import type { SecretObservation, ServiceObservation } from "./observation.ts";
import type { ClusterLook, Memory, SettlePorts } from "./ports.ts";
import { isGoingBack } from "./rolls.ts";
import { standingOf } from "./standing.ts";
import { everything } from "./survey.ts";

const nothing: ClusterLook = { at: 0, tookMs: 0, names: new Set(), services: [], unreadable: new Map(), tasks: [] };
/** Of a large cluster's requests to ECS, looks may take a third. */
const restFactor = 2;

/** The consumers of the secrets whose values may roll. */
export async function observeCluster(
  ports: SettlePorts,
  memory: Memory,
  secrets: readonly SecretObservation[],
): Promise<ClusterLook> {
  const rolling = secrets.filter(mayRoll);
  // The last consumer may just have left the map: its tasks are there still.
  if (rolling.length === 0) return nothing;
  const names = [...new Set(rolling.flatMap(({ services }) => services))];
  const isFresh = (look: ClusterLook) =>
    ports.clock.now() < look.at + look.tookMs * restFactor && names.every((name) => look.names.has(name));
  const look =
    memory.cluster !== undefined && isFresh(memory.cluster) ? memory.cluster : await read(names, ports, memory);
  memory.cluster = look;
  const unseen = new Set(ports.map.secrets.flatMap(({ key, services }) => (memory.unseen.has(key) ? services : [])));
  const services = look.services.map((service) => ({
    ...asRolled(service, memory),
    // What could not be looked at may have changed just now: a failure says nothing of the others then.
    changedAt: unseen.has(service.name)
      ? Number.POSITIVE_INFINITY
      : Math.max(...secrets.map((secret) => changeOf(secret, service.name))),
  }));
  return { ...look, services };
}

/** One that nobody can prove at the moment may stay so for long, and counts for nothing until it is. */
function changeOf(secret: SecretObservation, service: string): number {
  const { services, settling, settledId, currentId, proofs } = secret;
  const isSettled = settling === undefined && settledId === currentId;
  if (isSettled || !services.includes(service) || proofs[currentId]?.verdict === "undecided") return 0;
  if (settling?.versionId !== currentId || isGoingBack(secret)) return Number.POSITIVE_INFINITY;
  return settling.since;
}

function mayRoll({ settling, currentId, proofs, unproven }: SecretObservation): boolean {
  if (settling?.versionId !== currentId) return false;
  if (settling.phase !== "rolling" && settling.phase !== "stuck") return false;
  const verdict = proofs[currentId]?.verdict;
  return verdict === "accepted" || (verdict === "undecided" && unproven === "roll");
}

async function read(names: readonly string[], { clock }: SettlePorts, { survey }: Memory): Promise<ClusterLook> {
  const began = clock.now();
  const { states, unreadable } = await survey.services(names);
  const { tasks, unreadable: without } = await survey.tasks(states.map(({ name }) => name));
  const byService = Map.groupBy(tasks, ({ service }) => service);
  const services = states
    .filter(({ name }) => !without.has(name))
    .map((state) => ({ ...state, changedAt: 0, tasks: byService.get(state.name) ?? [] }));
  const at = clock.now();
  return {
    at,
    tookMs: at - began,
    names: new Set(names),
    services,
    unreadable: new Map([...unreadable, ...without]),
    tasks,
  };
}

/** A deployment asked for in this run counts as under way, whether or not a read shows it yet. */
function asRolled(service: ServiceObservation, { rolled }: Memory): ServiceObservation {
  const roll = rolled.get(service.name);
  if (roll === undefined || isShown(service, roll.id)) return service;
  const { primary, others } = service;
  const requested = {
    id: roll.id,
    createdAt: roll.at,
    state: "IN_PROGRESS",
    taskDefinition: primary?.taskDefinition ?? "",
  } as const;
  return { ...service, primary: requested, others: [...(primary === undefined ? [] : [primary]), ...others] };
}

function isShown({ primary, others, failures }: ServiceState, id: string): boolean {
  return [primary, ...others].some((one) => one?.id === id) || failures.some(({ deploymentId }) => deploymentId === id);
}

/**
 * Whose tasks still have the value from before, though the map does not name them for the secret: a consumer that left
 * the map, one that was deleted, a task run by hand. Read last, as it takes a look into their definitions.
 */
export async function leavingOf(
  { services: consumers, settling, currentId }: SecretObservation,
  secretArn: string,
  { at, services, unreadable, tasks }: ClusterLook,
  ports: SettlePorts,
  { survey }: Memory,
): Promise<readonly string[]> {
  if (at === 0 || settling?.versionId !== currentId) return [];
  if (unreadable.has(everything)) return [`${everything}, which ECS does not list`];
  const { since } = settling;
  const seen = services.filter(({ name }) => consumers.includes(name));
  const isReady = (service: ServiceObservation) => standingOf(service, { since, now: ports.clock.now() }) === "ready";
  if (consumers.some((name) => unreadable.has(name)) || !seen.every(isReady)) return [];
  const names = new Set(seen.map(({ name }) => name));
  const leaving = new Set<string>();
  for (const { service, taskDefinition, createdAt, state } of tasks) {
    if (state === "ended" || createdAt >= since || (service !== undefined && names.has(service))) continue;
    const name = service ?? "a task that no service started";
    if (!leaving.has(name) && (await survey.usesSecret(taskDefinition, secretArn))) leaving.add(name);
  }
  return [...leaving];
}
