import type { FleetNotice } from "#chat/parse/fleet-notice.ts";
import { noticeOf } from "./notice.ts";
import { patienceMs } from "./probe.ts";
import type { Era, Reading } from "./reading.ts";
import type { ProbedService, ProbeMap } from "./service.ts";
import { follow, type Standing } from "./standing.ts";
import { changesBetween, recordTools, type ToolRecord } from "./tool-record.ts";

export interface RoundPorts {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** From 0 to 1. */
  random(): number;
  probe(service: ProbedService, era: Era | undefined): Promise<Reading>;
  /** Those of these names in ECS that should have no task now. */
  resting(names: readonly string[]): Promise<ReadonlySet<string>>;
  /** What alarms look at. */
  measure(readings: ReadonlyMap<string, Reading>): Promise<void>;
  readonly memory: RoundMemory;
  announce(notice: FleetNotice): Promise<void>;
}

/** What one round leaves to the next. */
export interface RoundMemory {
  standings(): Promise<ReadonlyMap<string, Standing>>;
  stand(service: string, standing: Standing): Promise<void>;
  forget(service: string): Promise<void>;
  toolsOf(service: string): Promise<ToolRecord | undefined>;
  keepTools(service: string, tools: ToolRecord): Promise<void>;
  /** That a round was made, and when it began. */
  finish(at: number): Promise<void>;
}

export interface Outcome {
  readonly probed: number;
  readonly down: readonly string[];
  /** Those for which no time was left. */
  readonly unreached: readonly string[];
}

/** A thousand services that all hang take 40 s: less than a minute, from which the next round begins. */
const probesAtOnce = 200;
const writesAtOnce = 20;
/** Probes do not all begin in the same instant: those of a thousand within half a second, and one alone at once. */
const jitterMs = (services: number) => Math.min(500, 10 * (services - 1));

/** Probes each service once, in another order each time: nobody is always the last. */
export async function makeRound({ services }: ProbeMap, ports: RoundPorts, deadline: number): Promise<Outcome> {
  const { memory } = ports;
  const began = ports.now();
  const standings = await memory.standings();
  const readings = new Map<string, Reading>();
  await atOnce(probesAtOnce, shuffled(services, ports), async (service) => {
    await ports.sleep(ports.random() * jitterMs(services.length));
    if (ports.now() + patienceMs > deadline) return;
    readings.set(service.key, await ports.probe(service, standings.get(service.key)?.era));
  });
  const unreached = services.filter(({ key }) => !readings.has(key)).map(({ key }) => key);
  await leaveOutResting(services, readings, ports);
  const measured = ports.measure(readings);
  const remembered = atOnce(writesAtOnce, [...readings], async ([key, reading]) => {
    const { standing, changes, tools } = follow(standings.get(key), reading, ports.now());
    if (tools !== undefined && reading.state === "up") {
      const after = recordTools(reading.tools);
      const before = tools.kind === "changed" ? await memory.toolsOf(key) : undefined;
      // Told before it is remembered: a round that ends in between tells it again, as the same notice.
      if (before !== undefined) {
        await ports.announce(noticeOf(key, changesBetween(before, after), reading.tools, tools.at));
      }
      await memory.keepTools(key, after);
    }
    if (changes) await memory.stand(key, standing);
  });
  await Promise.all([measured, remembered]);
  const known = new Set(services.map(({ key }) => key));
  await atOnce(writesAtOnce, [...standings.keys()], async (key) => {
    if (!known.has(key)) await memory.forget(key);
  });
  await memory.finish(began);
  return {
    probed: readings.size,
    down: [...readings].flatMap(([key, { state }]) => (state === "down" ? [key] : [])),
    unreached,
  };
}

/** A service that its schedule has sent to rest is not down, and nothing is said of it. */
async function leaveOutResting(
  services: readonly ProbedService[],
  readings: Map<string, Reading>,
  { resting }: RoundPorts,
): Promise<void> {
  const may = services.flatMap(({ key, rests }) =>
    rests === undefined || readings.get(key)?.state !== "down" ? [] : [{ key, name: rests }],
  );
  if (may.length === 0) return;
  const found = await resting(may.map(({ name }) => name));
  for (const { key, name } of may) if (found.has(name)) readings.delete(key);
}

async function atOnce<T>(most: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
}

function shuffled<T>(items: readonly T[], { random }: Pick<RoundPorts, "random">): readonly T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
