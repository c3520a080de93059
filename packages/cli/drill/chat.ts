import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { roadTestGroup } from "#chat/incident/road-test.ts";
import { createIncidentTable } from "#chat/record/incident-table.ts";
import { type ChatPlan, names } from "#fleet";
import { nameDestinations, readAddresses } from "../alarms/audience.ts";
import { findAlarms } from "../alarms/read.ts";
import { openReception } from "../alarms/reception.ts";
import { setState } from "../alarms/set-state.ts";
import { findSecret } from "../secrets/find.ts";
import { readKeys } from "../secrets/value.ts";
import type { Stage } from "../stage.ts";
import { NotPossible, type Step } from "./step.ts";
import { holdVersion } from "./versions.ts";

/** Nobody listens there, on any machine: a message is never sent, which the road knows from one that may have arrived. */
const nowhere = "https://127.0.0.1:2";
const reason = "A test of the alarm road by fleet drill: nothing is wrong. It is over in a moment.";

/**
 * A chat fails while an alarm rings, as an outage of the vendor's would make it: the others hear at once, and that one
 * when it works again. A mute would only show that nothing comes.
 */
export const chat: Step = {
  id: "chat",
  title: "a chat cannot be reached while an alarm rings",
  async run(exercise) {
    const { stage, until, putBack } = exercise;
    const { plan } = stage;
    if (plan.chat === undefined) throw new NotPossible("The map has no chats.");
    const { silenced, others, key } = await choose(stage, plan.chat);
    const secret = findSecret(plan, plan.chat.secret);
    const [alarm] = await findAlarms(stage, names.alarmRoad(plan.stage));
    if (alarm === undefined || alarm.muted)
      throw new NotPossible(`${names.alarmRoad(plan.stage)} is missing or muted.`);
    const held = await holdVersion(stage, secret);
    const values = await readKeys(stage, secret);
    putBack({ what: `${alarm.name} to OK`, undo: () => setState(stage, alarm.name, "OK", reason) });
    putBack(held.change);
    await held.replace({ ...values, [key]: nowhere });
    const expect = (destinations: readonly string[]) =>
      openReception(stage, { destinations, group: roadTestGroup, alarmArn: alarm.arn });
    const [atSilenced, atOthers] = [await expect(silenced), await expect(others)];
    const tries = await countTries(stage, silenced);
    if (alarm.state === "ALARM") await setState(stage, alarm.name, "OK", reason);
    const began = Date.now();
    await setState(stage, alarm.name, "ALARM", reason);
    await until(`${nameDestinations(plan.chat, others)} to be told`, async () =>
      (await atOthers.within(0)).length === others.length ? true : undefined,
    );
    const othersMs = Date.now() - began;
    await until("a first try that fails", async () => ((await countTries(stage, silenced)) > tries ? true : undefined));
    const early = await atSilenced.within(0);
    if (early.length > 0) throw new Error(`${early.join(", ")} was told, though its address leads nowhere.`);
    await held.change.undo();
    const reachable = Date.now();
    const named = nameDestinations(plan.chat, silenced);
    await until(`${named} to get what waited for it`, async () =>
      (await atSilenced.within(0)).length === silenced.length ? true : undefined,
    );
    const heard = `${named} got it ${seconds(Date.now() - reachable)} after it could be reached again`;
    if (others.length === 0) return `${heard}: nothing was lost.`;
    return `${nameDestinations(plan.chat, others)} told within ${seconds(othersMs)}; ${heard}: nothing was lost.`;
  },
};

const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`;

/** Those behind one address, which can be made to lead nowhere, and the rest. */
async function choose(stage: Stage, { destinations, ...chat }: ChatPlan) {
  const { ready } = await readAddresses(stage, { destinations, ...chat }, Object.keys(destinations));
  const keyOf = (name: string): string | undefined => {
    const destination = destinations[name];
    switch (destination?.receiver) {
      case "slack-webhook":
      case "teams":
      case "google-chat":
      case "webhook":
        return destination.key;
      case "slack-bot":
      case "pagerduty":
      case "opsgenie":
        return destination.apiKey;
      default:
        return undefined;
    }
  };
  const key = ready.map(keyOf).find((one) => one !== undefined);
  if (key === undefined) throw new NotPossible("No chat of the map has an address that could be changed for a while.");
  return {
    key,
    silenced: ready.filter((name) => keyOf(name) === key),
    others: ready.filter((name) => keyOf(name) !== key),
  };
}

/** A record is saved before each try, so what a chat did not accept has a higher version. */
async function countTries({ aws, plan }: Stage, destinations: readonly string[]): Promise<number> {
  const table = createIncidentTable(names.incidentTable(plan.stage), aws.client(DynamoDBClient));
  const versions = destinations.map(
    async (destination) => (await table.load(destination, [roadTestGroup])).get(roadTestGroup)?.version ?? 0,
  );
  return Math.min(...(await Promise.all(versions)));
}
