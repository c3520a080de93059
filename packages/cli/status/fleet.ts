import type { Mute } from "#chat/record/mute-table.ts";
import { eachOf } from "#console/reading/each.ts";
import type { SecretPlan } from "#fleet";
import { names } from "#fleet";
import { readMutes } from "../alarms/mutes.ts";
import { type AlarmFacts, readAlarms } from "../alarms/read.ts";
import { type Described, describeSecrets, readFacts } from "../secrets/read.ts";
import { findOverdue, type Overdue } from "../secrets/schedule.ts";
import { type SecretState, stateOf } from "../secrets/state.ts";
import type { Stage } from "../stage.ts";
import type { SecretFacts, ServiceFacts } from "./facts.ts";
import { type ProbeFacts, readProbe } from "./probe.ts";
import { readServices } from "./read.ts";

/** All that decides whether the fleet is well, at one moment. */
export interface FleetFacts {
  readonly services: readonly ServiceFacts[];
  /** Those in ALARM, muted ones as well; not the one that only tests the road to the chats. */
  readonly ringing: readonly AlarmFacts[];
  readonly secrets: readonly SecretStanding[];
  /** Absent where the stage has no probe. */
  readonly probe: ProbeFacts | undefined;
  /** What the chats are not told of. */
  readonly mutes: readonly Mute[];
}

export interface SecretStanding {
  readonly key: string;
  readonly state: SecretState;
  readonly overdue: Overdue | undefined;
}

/** Throws `Failure` where the stage is not deployed, and what AWS answers: what cannot be read is not called well. */
export async function readFleet(stage: Stage): Promise<FleetFacts> {
  const reading = readStandings(stage);
  const [services, alarms, known, mutes, probe] = await Promise.all([
    readServices(stage, stage.plan.services, async (key) => (await reading).get(key)?.facts),
    readAlarms(stage),
    reading,
    readMutes(stage),
    readProbe(stage),
  ]);
  const road = names.alarmRoad(stage.plan.stage);
  const ringing = alarms.filter(({ name, state }) => state === "ALARM" && name !== road);
  return { services, ringing, secrets: [...known.values()].map(({ standing }) => standing), mutes, probe };
}

interface KnownSecret {
  readonly facts: SecretFacts | undefined;
  readonly standing: SecretStanding;
}

async function readStandings(stage: Stage): Promise<ReadonlyMap<string, KnownSecret>> {
  const described = await describeSecrets(stage);
  const known = await eachOf(stage.plan.secrets, (secret) => readStanding(stage, secret, described.get(secret.key)));
  return new Map(known.map((one) => [one.standing.key, one]));
}

async function readStanding(stage: Stage, secret: SecretPlan, described: Described | undefined): Promise<KnownSecret> {
  const facts = described && (await readFacts(stage, secret, described));
  const overdue = described && findOverdue(secret, described, Date.now());
  return { facts, standing: { key: secret.key, state: stateOf(described, facts), overdue } };
}
