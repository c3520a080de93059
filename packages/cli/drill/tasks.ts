import { ECSClient, StopTaskCommand } from "@aws-sdk/client-ecs";
import { names } from "#fleet";
import { listTasks, readEcsService } from "../status/read.ts";
import { readTargets } from "../status/targets.ts";
import { type Exercise, NotPossible, type Step } from "./step.ts";

/** ECS replaces what dies, and the balancer asks nobody who is dead. There is nothing to put back. */
export const tasks: Step = {
  id: "tasks",
  title: "half of its tasks are stopped",
  async run({ stage, service, until }) {
    const { desired } = await steady({ stage, service, until });
    const before = await listTasks(stage, service);
    if (before.length === 0) throw new NotPossible(`${service.key} has no task.`);
    const stopped = before.slice(0, Math.ceil(before.length / 2));
    const cluster = names.cluster(stage.plan.stage);
    const began = Date.now();
    for (const task of stopped)
      await stage.aws.client(ECSClient).send(new StopTaskCommand({ cluster, task, reason: "fleet drill" }));
    const healthy = await until(`${desired} healthy tasks in place of those stopped`, async () => {
      const [found, now] = await Promise.all([readEcsService(stage, service), listTasks(stage, service)]);
      const { running } = found;
      const targets = await readTargets(stage, new Map([[service.key, found]]));
      const serve = targets.get(service.key)?.filter(({ state }) => state === "healthy").length ?? 0;
      return running === desired && serve >= desired && !now.some((arn) => stopped.includes(arn)) ? serve : undefined;
    });
    const seconds = Math.round((Date.now() - began) / 1_000);
    return `${stopped.length} of ${before.length} stopped; ${healthy} healthy again after ${seconds} s.`;
  },
};

/** A service that nothing is being done to. */
export function steady({ stage, service, until }: Pick<Exercise, "stage" | "service" | "until">) {
  return until(`${service.key} to be steady`, async () => {
    const found = await readEcsService(stage, service);
    const [only, ...others] = found.deployments;
    const isSteady = others.length === 0 && only?.state === "COMPLETED" && found.running === found.desired;
    return isSteady ? found : undefined;
  });
}
