import {
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type TaskDefinition,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { revisionOf } from "#evidence/failed-task.ts";
import { names, type ServicePlan } from "#fleet";
import { orMissing } from "../aws.ts";
import { type ExitCode, Failure, UsageError } from "../failure.ts";
import { describeEnd, type Release, readReleases, shortImage } from "../history/releases.ts";
import { watchDeployment } from "../redeploy/redeploy.ts";
import type { Stage } from "../stage.ts";
import { readEcsService } from "../status/read.ts";
import { table } from "../table.ts";

/** Each revision that was released, with its last deployment that was no mere roll. */
async function readRevisions(stage: Stage, service: ServicePlan): Promise<readonly Release[]> {
  const releases = await readReleases(stage, service);
  const numbers = new Set(releases.map(({ revision }) => revision));
  return [...numbers].flatMap((number) => {
    const own = releases.filter(({ revision }) => revision === number);
    return own.find(({ kind }) => kind === "release") ?? own[0] ?? [];
  });
}

export async function listRevisions(stage: Stage, service: ServicePlan, json: boolean): Promise<ExitCode> {
  const { terminal, plan } = stage;
  const [revisions, { taskDefinition }] = await Promise.all([
    readRevisions(stage, service),
    readEcsService(stage, service),
  ]);
  const runs = revisionOf(taskDefinition);
  const iso = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  if (json) {
    const document = revisions.map((one) => ({
      ...one,
      ...{ at: iso(one.at), finishedAt: iso(one.finishedAt), runs: one.revision === runs },
      ...{ image: one.image ?? null, digest: one.digest ?? null, by: one.by ?? null, reason: one.reason ?? null },
    }));
    terminal.print(JSON.stringify(document, null, 2));
    return 0;
  }
  const rows = revisions.map((one) => [
    `${one.revision}${one.revision === runs ? " *" : ""}`,
    (iso(one.at) ?? "").slice(0, 16),
    one.by ?? "",
    describeEnd(one, plan.stage, service.key),
    `${shortImage(one.image)}${one.digest === undefined ? "" : ` ${one.digest.slice(0, 19)}`}`,
  ]);
  terminal.print(table(["REVISION", "WHEN (UTC)", "BY", "ENDED", "IMAGE"], rows).join("\n"));
  const other = revisions.find(({ revision, status }) => revision !== runs && status === "SUCCESSFUL");
  if (other !== undefined) terminal.print(`\n* runs now. → fleet rollback ${service.key} --to ${other.revision}`);
  return 0;
}

/** Runs a revision again: a copy of it, as CloudFormation deregisters what it replaces, and ECS starts none of those. */
export async function goBack(stage: Stage, service: ServicePlan, to: number, atMostMs: number): Promise<ExitCode> {
  const { aws, plan, terminal } = stage;
  const ecs = aws.client(ECSClient);
  const { taskDefinition: current } = await readEcsService(stage, service);
  if (revisionOf(current) === to) throw new UsageError(`${service.key} runs revision ${to} already.`);
  const family = names.taskFamily(plan.stage, service.key);
  const described = await orMissing(
    ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: `${family}:${to}` })),
    "ClientException",
  );
  if (described?.taskDefinition === undefined)
    throw new UsageError(`${service.key} never had a revision ${to}: fleet rollback ${service.key} lists them.`);
  const release = (await readRevisions(stage, service)).find(({ revision }) => revision === to);
  const copy = copyOf(described.taskDefinition, service, release?.digest);
  const registered = await ecs.send(new RegisterTaskDefinitionCommand(copy));
  const taskDefinition = registered.taskDefinition?.taskDefinitionArn;
  if (taskDefinition === undefined) throw new Failure("ECS registered the revision, and did not say under which name.");
  const { service: updated } = await ecs.send(
    new UpdateServiceCommand({
      cluster: names.cluster(plan.stage),
      service: names.service(plan.stage, service.key),
      taskDefinition,
    }),
  );
  const deployment = updated?.deployments?.find(({ status }) => status === "PRIMARY")?.id ?? "";
  const code = await watchDeployment(stage, service, deployment, atMostMs);
  if (code !== 0) return code;
  const image = copy.containerDefinitions?.find(({ name }) => name === service.key)?.image ?? "";
  terminal.print(`They are revision ${to} again, as number ${revisionOf(taskDefinition)}.`);
  terminal.print("The next deploy that changes this service puts the map's version forward again.");
  terminal.print(`To keep this one, pin it in fleet.config.ts: image: ${JSON.stringify(image)}`);
  return 0;
}

/** With the image of that time, whatever its tag means today. */
function copyOf(definition: TaskDefinition, { key }: ServicePlan, digest: string | undefined) {
  const { family, taskRoleArn, executionRoleArn, networkMode, volumes, placementConstraints } = definition;
  const { requiresCompatibilities, cpu, memory, runtimePlatform, ephemeralStorage } = definition;
  const containerDefinitions = (definition.containerDefinitions ?? []).map((container) =>
    container.name === key && digest !== undefined
      ? { ...container, image: pinned(container.image ?? "", digest) }
      : container,
  );
  return {
    ...{ family, taskRoleArn, executionRoleArn, networkMode, volumes, placementConstraints, containerDefinitions },
    ...{ requiresCompatibilities, cpu, memory, runtimePlatform, ephemeralStorage },
  };
}

function pinned(image: string, digest: string): string {
  const [name = ""] = image.split("@");
  const tag = name.indexOf(":", name.lastIndexOf("/") + 1);
  return `${tag === -1 ? name : name.slice(0, tag)}@${digest}`;
}
