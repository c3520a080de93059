import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { printable } from "#evidence/printable.ts";
import { names } from "#fleet";
import { readLastRound, readStandings } from "#probe/probe-table.ts";
import type { Standing } from "#probe/standing.ts";
import { orMissing } from "../aws.ts";
import { formatDuration } from "../duration.ts";
import type { Stage } from "../stage.ts";
import type { ServiceFacts } from "./facts.ts";

/** What the stage's probe found last. */
export interface ProbeFacts {
  /** Milliseconds since the epoch; absent before the first round. */
  readonly lastRound: number | undefined;
  readonly everyMinutes: number;
  readonly standings: ReadonlyMap<string, Standing>;
}

export async function readProbe({ aws, plan }: Stage): Promise<ProbeFacts | undefined> {
  if (plan.probe === undefined || plan.services.every(({ probe }) => probe === undefined)) return undefined;
  const client = aws.client(DynamoDBClient);
  const table = names.probeTable(plan.stage);
  const { everyMinutes } = plan.probe;
  // Its stack is deployed last: until then there is no table.
  const read = await orMissing(
    Promise.all([readLastRound(table, client), readStandings(table, client)]),
    "ResourceNotFoundException",
  );
  return { lastRound: read?.[0], everyMinutes, standings: read?.[1] ?? new Map() };
}

/** What was found at a service that should run; nothing for one that is not asked. */
export function probeTroubles({ plan, service }: ServiceFacts, probe: ProbeFacts, now: number): readonly string[] {
  if (plan.probe === undefined || service === undefined || service.desired === 0) return [];
  const standing = probe.standings.get(plan.key);
  if (standing === undefined) return probe.lastRound === undefined ? [] : ["No probe has asked it yet."];
  if (standing.state !== "down") return [];
  const since = formatDuration(now - standing.since);
  return [`No MCP client has got through for ${since}: it ${printable(standing.reason ?? "is down")}.`];
}

/** So many rounds may be late before nobody may say that all is well. */
const lateRounds = 3;

/** What keeps the probe itself from being believed; nothing where it is recent. */
export function roundTroubles(
  { lastRound, everyMinutes }: ProbeFacts,
  services: readonly ServiceFacts[],
  now: number,
): readonly string[] {
  const patienceMs = (lateRounds * everyMinutes + 1) * 60_000;
  if (lastRound === undefined) {
    const deployments = services.flatMap(({ service }) => service?.deployments ?? []);
    // A stage that was deployed just now has had no round yet.
    const isNew = deployments.length > 0 && deployments.every(({ createdAt }) => now - createdAt < patienceMs);
    return isNew ? [] : ["It has not asked any service yet: a deploy turns it on."];
  }
  const age = now - lastRound;
  if (age <= patienceMs) return [];
  return [`It last asked the services ${formatDuration(age)} ago, and should each ${everyMinutes} min.`];
}
