import { names } from "./names.ts";
import type { StagePlan } from "./plan.ts";

/** The part of the map that the probe needs, as data. */
export interface ProbeMap {
  readonly stage: string;
  readonly services: readonly {
    readonly key: string;
    readonly url: string;
    /** Its name in ECS, where a schedule may leave it without a task. */
    readonly rests?: string;
  }[];
}

export function probeMapOf({ stage, services }: StagePlan): ProbeMap {
  return {
    stage,
    services: services
      .filter(({ probe }) => probe !== undefined)
      .map(({ key, url, scaling }) => ({
        key,
        url,
        ...(scaling?.schedule?.some(({ max }) => max === 0) && { rests: names.service(stage, key) }),
      })),
  };
}
