import * as v from "valibot";

/** A service as the map gives it to the probe. */
export const ProbedService = v.object({
  key: v.string(),
  /** Its public address. */
  url: v.string(),
  /** Its name in ECS, where a schedule may leave it without a task. */
  rests: v.optional(v.string()),
});
export type ProbedService = v.InferOutput<typeof ProbedService>;

/** The probe's part of the map, as `stacks/probe` writes it beside the function. */
export const ProbeMap = v.object({ stage: v.string(), services: v.array(ProbedService) });
export type ProbeMap = v.InferOutput<typeof ProbeMap>;
