import type { Mute } from "#chat/record/mute-table.ts";
import { names, type SecretPlan, type StagePlan } from "#fleet";
import { readMutes } from "../alarms/mutes.ts";
import { type AlarmFacts, readAlarms } from "../alarms/read.ts";
import { type KnownSecret, readSecrets } from "../secrets/read.ts";
import { findOverdue, type Overdue } from "../secrets/schedule.ts";
import { type SecretState, stateOf } from "../secrets/state.ts";
import type { Stage } from "../stage.ts";
import type { ServiceFacts } from "./facts.ts";
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
  const { plan } = stage;
  const [secrets, reading, probing] = [readSecrets(stage), readAlarms(stage), readProbe(stage)];
  const doubted = async () => troubled(await reading, await probing);
  const [services, alarms, known, mutes, probe] = await Promise.all([
    readServices(stage, { secrets: () => secrets, doubted }),
    reading,
    secrets,
    readMutes(stage),
    probing,
  ]);
  const standings = plan.secrets.map((secret) => standingOf(secret, known.get(secret.key)));
  return { services, ringing: ringingAmong(alarms, plan), secrets: standings, mutes, probe };
}

const ringingAmong = (alarms: readonly AlarmFacts[], { stage }: StagePlan) =>
  alarms.filter(({ name, state }) => state === "ALARM" && name !== names.alarmRoad(stage));

/** Keys of the services of which an alarm rings, or that the probe does not reach. */
export function troubled(alarms: readonly AlarmFacts[], probe: ProbeFacts | undefined): ReadonlySet<string> {
  const ringing = alarms.flatMap(({ state, service }) => (state === "ALARM" && service !== undefined ? [service] : []));
  const down = [...(probe?.standings ?? [])].flatMap(([key, { state }]) => (state === "down" ? [key] : []));
  return new Set([...ringing, ...down]);
}

function standingOf(secret: SecretPlan, known: KnownSecret | undefined): SecretStanding {
  const overdue = known && findOverdue(secret, known.described, Date.now());
  return { key: secret.key, state: stateOf(known?.described, known?.facts), overdue };
}
