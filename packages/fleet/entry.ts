import type { ServiceDefinition } from "./definition.ts";

/** A service of the map, by its key. */
export type Entry = readonly [key: string, service: ServiceDefinition];

export function runsIn({ stages }: ServiceDefinition, stage: string): boolean {
  if (stages === undefined) return true;
  return "only" in stages ? stages.only.includes(stage) : !stages.except.includes(stage);
}
