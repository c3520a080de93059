import { ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { names, type ServicePlan } from "#fleet";
import { isAwsError, notDeployed } from "../aws.ts";
import { type ExitCode, Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import type { DeploymentFacts } from "../status/facts.ts";
import { readDeployments } from "../status/read.ts";
import { pollMs, waitFor } from "../wait.ts";
import { judge } from "./verdict.ts";

/** Starts new tasks of a service in place of the old. Returns the id of the deployment. */
export async function redeploy({ plan, aws }: Stage, { key }: ServicePlan): Promise<string> {
  try {
    const { service } = await aws.client(ECSClient).send(
      new UpdateServiceCommand({
        cluster: names.cluster(plan.stage),
        service: names.service(plan.stage, key),
        forceNewDeployment: true,
      }),
    );
    return service?.deployments?.find(({ status }) => status === "PRIMARY")?.id ?? "";
  } catch (error) {
    if (isAwsError(error, "ServiceNotFoundException", "ServiceNotActiveException", "ClusterNotFoundException"))
      throw new Failure(notDeployed(plan));
    throw error;
  }
}

/** Shows a deployment's progress until it succeeds or fails. */
export async function watchDeployment(
  stage: Stage,
  service: ServicePlan,
  deployment: string,
  atMostMs: number,
): Promise<ExitCode> {
  const { terminal, plan, signal } = stage;
  let far = "";
  let desired = 0;
  const look = async () => {
    const deployments = await readDeployments(stage, service);
    desired = deployments.find(({ id }) => id === deployment)?.desired ?? 0;
    far = describeProgress(service.key, deployments, deployment);
    return judge(deployments, deployment);
  };
  const verdict = await waitFor(look, {
    everyMs: pollMs(plan),
    atMostMs,
    signal,
    until: `service ${service.key} to roll, which continues: see fleet status, and fleet logs ${service.key} --since 15m`,
    progress: { terminal, describe: () => far },
    meanwhile: `${service.key} is still rolling: fleet status shows the progress.`,
  });
  if (verdict.kind === "complete") {
    terminal.print(
      desired === 0
        ? `${service.key} is offline: there were no tasks to replace.`
        : `${service.key} runs on its new tasks.`,
    );
    return 0;
  }
  terminal.note(`${service.key} did not roll: ${verdict.reason} See fleet logs ${service.key} --since 15m`);
  return 1;
}

function describeProgress(key: string, deployments: readonly DeploymentFacts[], id: string): string {
  const own = deployments.find((one) => one.id === id);
  const old = deployments.filter((one) => one.id !== id).reduce((sum, { running }) => sum + running, 0);
  const failed = own !== undefined && own.failed > 0 ? `, ${own.failed} failed` : "";
  return `${key}: ${own?.running ?? 0} of ${own?.desired ?? 0} new tasks run${failed}, ${old} old`;
}
