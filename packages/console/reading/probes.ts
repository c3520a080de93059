import { ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import { names, type StagePlan } from "#fleet";
import { readStandings } from "#probe/probe-table.ts";
import type { Service } from "../model/service.ts";
import type { Clients } from "./clients.ts";

/** The services with what the last probe found of each; as they are where the stage has no probe, or none yet. */
export async function withProbes(
  { stage, probe, services: plans }: StagePlan,
  { dynamo }: Clients,
  services: readonly Service[],
): Promise<readonly Service[]> {
  if (probe === undefined || plans.every((plan) => plan.probe === undefined)) return services;
  const standings = await readStandings(names.probeTable(stage), dynamo).catch((error: unknown) => {
    // Its stack is the last that is deployed, and the first that goes.
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  });
  return services.map((service) => {
    const standing = standings?.get(service.key);
    if (standing?.state !== "down" || service.desired === 0) return service;
    return { ...service, unreachable: standing.reason ?? "is down" };
  });
}
