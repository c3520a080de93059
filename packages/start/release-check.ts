import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { createLoopbackFetch } from "@mcp-fleet/endpoint";
import { chatNames } from "@mcp-fleet/endpoint/doubles/chat-page";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import { releaseAlarmsOf } from "#fleet/release-alarm.ts";
import { clientSettings, type LocalFleet } from "./fleet.ts";
import { poll } from "./poll.ts";
import type { Steps } from "./steps.ts";

const withinMs = 60_000;
/** As fast as a few clients that try again. */
const pauseMs = 100;

/** It passes the health check and answers no call: what neither the balancer nor the circuit breaker sees. */
const brokenServer = `
  const [path, code] = process.argv.slice(1);
  require("node:http").createServer((request, response) => {
    response.statusCode = request.url === path ? Number(code) : 500;
    if (request.url !== path) require("node:fs").writeSync(2, "Error: this release answers no call\\n");
    response.end();
  }).listen(process.env.PORT, "127.0.0.1");
`;

/** A release that hurts its users is taken back by ECS, and the chats say so. */
export async function checkBrokenRelease(steps: Steps, plan: StagePlan, fleet: LocalFleet): Promise<void> {
  const service = plan.services.find(
    (one) => one.localCommand !== undefined && one.desiredCount > 0 && releaseAlarmsOf(one).includes("releaseErrors"),
  );
  if (service === undefined) return steps.leaveOut("A broken release", "no service has the alarm releaseErrors");
  const undone = await steps.attempt("release:undone", `A broken release of ${service.key}`, async () => {
    const release = await bringOut(plan, service, fleet);
    const calls = keepCalling(service, fleet);
    try {
      await poll(async () => ((await release.isUndone()) ? undefined : "it was not rolled back"), withinMs);
      await poll(() => (calls.answered() ? undefined : "the release before does not answer"), withinMs);
    } finally {
      calls.stop();
    }
    return `taken back by an alarm ${(calls.hurtMs() / 1_000).toFixed(0)} s after its first failed call`;
  });
  const { chat } = plan;
  if (!undone || chat === undefined || chat.routes.every(({ services }) => services?.includes(service.key) === false))
    return;
  await steps.attempt("release:told", "What the chats say of it", async () => {
    // A headline, or a line in the conversation of the alarm that it is about.
    const isTold = (text: string) => text.includes(service.key) && text.includes("Rolled back, as an alarm rang");
    const told = () =>
      chatNames.filter((name) => fleet.chats.list(name).some(({ payload }) => isTold(JSON.stringify(payload))));
    await poll(() => (told().length > 0 ? undefined : "no chat was told"), withinMs + 1_000 * chat.groupWaitSeconds);
    return `"Rolled back" in ${told().join(", ")}`;
  });
}

async function bringOut(plan: StagePlan, { key, health }: ServicePlan, { cloud }: LocalFleet) {
  const ecs = new ECSClient(clientSettings(cloud));
  const asked = { cluster: names.cluster(plan.stage), service: names.service(plan.stage, key) };
  const describe = async () =>
    (await ecs.send(new DescribeServicesCommand({ cluster: asked.cluster, services: [asked.service] }))).services?.[0];
  const before = await describe();
  const { taskDefinition: works } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: before?.taskDefinition }),
  );
  const command = [process.execPath, "-e", brokenServer, health.path, String(Number.parseInt(health.codes, 10))];
  const containerDefinitions = (works?.containerDefinitions ?? []).map((container) => ({
    ...container,
    dockerLabels: { ...container.dockerLabels, "mcp-fleet.local-command": JSON.stringify(command) },
  }));
  const { family, cpu, memory, networkMode, taskRoleArn, executionRoleArn, requiresCompatibilities } = works ?? {};
  const { taskDefinition: broken } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family, cpu, memory, networkMode, taskRoleArn, executionRoleArn, requiresCompatibilities },
      containerDefinitions,
    }),
  );
  await ecs.send(new UpdateServiceCommand({ ...asked, taskDefinition: broken?.taskDefinitionArn }));
  return {
    async isUndone() {
      const { taskDefinition, deployments = [] } = (await describe()) ?? {};
      const [primary, ...others] = deployments;
      const settled = primary?.rolloutState === "COMPLETED" && others.length === 0;
      return settled && taskDefinition === works?.taskDefinitionArn;
    },
  };
}

function keepCalling({ url }: ServicePlan, { cloud }: LocalFleet) {
  const visit = createLoopbackFetch(cloud.authority.ca);
  const failed: number[] = [];
  let last = 0;
  const timer = setInterval(async () => {
    const response = await visit(new URL("/mcp", url)).catch(() => undefined);
    await response?.body?.cancel();
    last = response?.status ?? 0;
    if (last >= 500) failed.push(Date.now());
  }, pauseMs);
  return {
    answered: () => last > 0 && last < 500,
    hurtMs: () => (failed.at(-1) ?? 0) - (failed[0] ?? 0),
    stop: () => clearInterval(timer),
  };
}
