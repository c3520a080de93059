import { type Check, failure, warning } from "../check.ts";

/** A rollout that takes longer than this is a warning: most take minutes. */
const slowMs = 30 * 60_000;

export const deployments: Check = {
  id: "deployments",
  ok: "The last deployment of every service is complete.",
  look: async ({ services, now }) =>
    (await services).flatMap(({ plan, service }) => {
      const primary = service?.deployments.find((one) => one.primary);
      if (primary === undefined || primary.state === "COMPLETED") return [];
      if (primary.state === "FAILED")
        return [failure(`${plan.key}: ${primary.reason}`, `fleet logs ${plan.key} --since 1h, then fleet redeploy`)];
      const age = now() - primary.createdAt;
      if (age < slowMs && primary.failed === 0) return [];
      return [
        warning(
          `${plan.key} has been rolling since ${new Date(primary.createdAt).toISOString()}, with ${primary.failed} failed tasks.`,
          `fleet logs ${plan.key} --since 1h`,
        ),
      ];
    }),
};
