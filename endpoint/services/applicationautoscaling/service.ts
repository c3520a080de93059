import type { AwsService } from "#endpoint/core/service.ts";
import { Activities } from "./activities.ts";
import type { ApplicationAutoScalingPorts } from "./engine.ts";
import { operationsOf } from "./operations.ts";
import { resourcesOf } from "./resources.ts";
import { ScalableTargets } from "./scalable-targets.ts";

/** How often it looks at its alarms and its schedules. */
const tickMs = 1_000;

/** Application Auto Scaling, of ECS's services: target tracking by alarms in CloudWatch, and schedules. */
export function createApplicationAutoScaling(ports: ApplicationAutoScalingPorts): { readonly service: AwsService } {
  const { clock } = ports;
  const activities = new Activities();
  const targets = new ScalableTargets(ports, activities);
  const engine = { targets, activities, clock };
  const stopped = new AbortController();
  const work = async () => {
    while (!stopped.signal.aborted) {
      targets.work();
      await clock.sleep(tickMs, stopped.signal);
    }
  };
  const working = work();
  return {
    service: {
      signingName: "application-autoscaling",
      protocol: { kind: "json" },
      operations: operationsOf(engine),
      resources: resourcesOf(engine),
      async stop() {
        stopped.abort();
        await working;
      },
    },
  };
}
