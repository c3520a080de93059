import type { ServicePlan } from "#fleet";
import { type RedisAddress, sessionEnvironment } from "#fleet/session-environment.ts";

/** The container's plain variables: those of the entry, and where the shared sessions are. */
export function containerEnvironment(
  { key, environment, sessions }: ServicePlan,
  redis: RedisAddress | undefined,
): Readonly<Record<string, string>> {
  if (!sessions) return environment;
  if (redis === undefined) throw new Error(`${key} has sessions, but the stage has no Redis.`);
  return { ...environment, ...sessionEnvironment(redis) };
}
