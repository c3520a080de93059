import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  type ServiceRevision,
} from "@aws-sdk/client-ecs";
import type { Source } from "#chat/card/enrichment.ts";
import { names } from "#fleet/names.ts";
import { environment } from "../environment.ts";

const { stage } = environment().CHAT_SETTINGS;

/** A release that was taken back this shortly before an alarm is what it is about. */
const aboutMs = 30 * 60_000;
const authorMs = 400;

/** Of a release that was taken back: from what to what, who brought it out, and which alarm ended it. */
export const rolledBack: Source = async ({ service, incident: { story, at } }) => {
  if (service === undefined || (story.kind !== "deployment" && story.kind !== "alarm")) return {};
  const ecs = new ECSClient({});
  const listed = await ecs.send(
    new ListServiceDeploymentsCommand({
      cluster: names.cluster(stage),
      service: names.service(stage, service),
      createdAt: { after: new Date(at - aboutMs) },
    }),
  );
  // It may be over by now: on the way back ECS keeps the tasks that still run.
  const found = listed.serviceDeployments?.find(({ status }) => status?.startsWith("ROLLBACK_"));
  if (found?.serviceDeploymentArn === undefined || found.targetServiceRevisionArn === undefined) return {};
  const described = await ecs.send(
    new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [found.serviceDeploymentArn] }),
  );
  const { alarms, rollback } = described.serviceDeployments?.[0] ?? {};
  const arns = [found.targetServiceRevisionArn, ...(rollback?.serviceRevisionArn ? [rollback.serviceRevisionArn] : [])];
  const read = await ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns: [...new Set(arns)] }));
  const revision = (arn: string | undefined) => read.serviceRevisions?.find((one) => one.serviceRevisionArn === arn);
  const [failed, back] = [revision(found.targetServiceRevisionArn), revision(rollback?.serviceRevisionArn)];
  const rang = alarms?.triggeredAlarmNames ?? [];
  return {
    facts: [
      { name: "Rolled back", value: whatOf(failed, back, service) },
      ...(await authorOf(ecs, failed, back)),
      ...(rang.length === 0 ? [] : [{ name: "Alarm", value: rang.join(", ") }]),
    ],
  };
};

function whatOf(failed: ServiceRevision | undefined, back: ServiceRevision | undefined, service: string): string {
  if (failed?.taskDefinition === back?.taskDefinition)
    return "tasks that were started anew, for a secret or by a person: the release is the same";
  const words = (one: ServiceRevision | undefined) => {
    const image =
      one?.containerImages?.find(({ containerName }) => containerName === service)?.image ?? "unknown image";
    return `revision ${one?.taskDefinition?.split(":").at(-1) ?? "unknown"} (${image})`;
  };
  return `${words(failed)} to ${words(back)}`;
}

async function authorOf(ecs: ECSClient, failed: ServiceRevision | undefined, back: ServiceRevision | undefined) {
  if (failed?.taskDefinition === undefined || failed.taskDefinition === back?.taskDefinition) return [];
  const command = new DescribeTaskDefinitionCommand({ taskDefinition: failed.taskDefinition });
  const abortSignal = AbortSignal.timeout(authorMs);
  // The rest is worth more than to wait for it.
  const answer = await ecs.send(command, { abortSignal }).catch(() => undefined);
  const by = answer?.taskDefinition?.registeredBy?.split("/").at(-1);
  return by === undefined ? [] : [{ name: "Released by", value: by }];
}
