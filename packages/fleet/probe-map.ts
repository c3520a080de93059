import type { StagePlan } from "./plan.ts";

/** The part of the map that the probe needs, as data. */
export interface ProbeMap {
  readonly stage: string;
  readonly services: readonly { readonly key: string; readonly url: string }[];
}

export function probeMapOf({ stage, services }: StagePlan): ProbeMap {
  return {
    stage,
    services: services.filter(({ probe }) => probe !== undefined).map(({ key, url }) => ({ key, url })),
  };
}
