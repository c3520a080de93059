import type { ScalableServices } from "#endpoint/core/ports.ts";
import type { EcsEngine } from "./engine.ts";

/** Services by `service/<cluster>/<name>`, and how many tasks each should have. */
export function scalableOf({ clusters, services }: Pick<EcsEngine, "clusters" | "services">): ScalableServices {
  const find = (resourceId: string) => {
    const [, cluster = "", name = ""] = resourceId.split("/");
    const home = clusters.find(cluster);
    const service = home && services.find(home.arn, name);
    return service?.status === "ACTIVE" ? service : undefined;
  };
  return {
    read(resourceId) {
      const service = find(resourceId);
      return (
        service && {
          desired: service.rollout.settings.desiredCount,
          deploying: service.rollout.deployments[0].rolloutState === "IN_PROGRESS",
        }
      );
    },
    scale(resourceId, desired) {
      const service = find(resourceId);
      if (service !== undefined) service.configure({ ...service.rollout.settings, desiredCount: desired });
    },
  };
}
