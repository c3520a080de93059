import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { matches } from "#chat/decide/route.ts";
import { rolledBack } from "#chat/incident/headline.ts";
import { createIncidentTable } from "#chat/record/incident-table.ts";
import { revisionOf } from "#evidence/failed-task.ts";
import { names } from "#fleet";
import { releaseAlarmsOf } from "#fleet/release-alarm.ts";
import { nameDestinations, readAddresses } from "../alarms/audience.ts";
import { describeEnd, readReleases } from "../history/releases.ts";
import { bringOutBroken } from "./broken-release.ts";
import { type Exercise, NotPossible, type Step } from "./step.ts";
import { steady } from "./tasks.ts";

/** ECS takes it back, by the alarms on its calls, and people are told. */
export const release: Step = {
  id: "release",
  title: "a release comes out that passes its health check and answers no call",
  async run(exercise) {
    const { stage, service, until, putBack } = exercise;
    if (!releaseAlarmsOf(stage.plan, service).includes("releaseErrors"))
      throw new NotPossible(
        `The map declines the alarm failedRequests of ${service.key}, so no release is judged by it.`,
      );
    await steady(exercise);
    const audience = await gather(exercise);
    const began = Date.now();
    const broken = await bringOutBroken(stage, service, ({ undo }) =>
      putBack({ what: `the task definition of ${service.key}`, undo }),
    );
    await until(`${service.key} to be back at revision ${revisionOf(broken.before)}`, async () => {
      await audience?.listen();
      return (await broken.isUndone()) ? true : undefined;
    });
    const seconds = Math.round((Date.now() - began) / 1_000);
    const revision = revisionOf(broken.taskDefinition);
    const ended = (await readReleases(stage, service)).find((one) => one.revision === revision);
    if (ended === undefined) throw new Error(`ECS knows of no deployment of revision ${revision}.`);
    const how = describeEnd(ended, stage.plan.stage, service.key);
    if (ended.alarms.length === 0)
      throw new NotPossible(
        `It did not start (${how}), so there were no calls to fail: can tasks pull from public.ecr.aws?`,
      );
    return `${how}; revision ${revisionOf(broken.before)} serves again after ${seconds} s. ${await told(exercise, audience)}`;
  },
};

/** Those who are to be told of it, and have an address. What a chat was told is known until the next deployment ends. */
async function gather({ stage, service }: Exercise) {
  const { chat, stage: name } = stage.plan;
  if (chat === undefined) return undefined;
  const wanted = new Set(chat.routes.filter((one) => matches(one, service.key, "critical")).flatMap(({ to }) => to));
  const { ready } = await readAddresses(stage, chat, [...wanted]);
  const table = createIncidentTable(names.incidentTable(name), stage.aws.client(DynamoDBClient));
  const began = Date.now();
  const heard = new Set<string>();
  const knows = async (destination: string) => {
    const record = (await table.load(destination, [service.key])).get(service.key);
    const entries = Object.values(record?.entries ?? {});
    return entries.some((entry) => entry.told && entry.at >= began && entry.headline.includes(rolledBack));
  };
  return {
    names: nameDestinations(chat, ready),
    count: ready.length,
    /** Whether all have heard. */
    async listen(): Promise<boolean> {
      for (const destination of ready)
        if (!heard.has(destination) && (await knows(destination))) heard.add(destination);
      return heard.size === ready.length;
    },
  };
}

/** Throws where a chat should be told of it, and is not. */
async function told({ until }: Exercise, audience: Awaited<ReturnType<typeof gather>>): Promise<string> {
  if (audience === undefined || audience.count === 0) return "No chat with an address is sent its failures.";
  await until(`${audience.names} to be told of it`, async () => ((await audience.listen()) ? true : undefined));
  return `Told in ${audience.names}.`;
}
