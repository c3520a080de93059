import { type FleetDefinition, planStage, type StagePlan } from "#fleet";
import { echo, mapOf } from "./maps.ts";

const servicesOfBalancer = 50;
const firstRule = 100;

/** Many services on this machine, each with a secret of its own. */
export function mapOfMany(count: number): FleetDefinition {
  const numbers = Array.from({ length: count }, (_, at) => at);
  const services = numbers.map((at) => [`many_${at}`, echo(`many-${at}`, { secrets: [`many-${at}`], ...placeOf(at) })]);
  const secrets = numbers.map((at) => [
    `many-${at}`,
    { description: `many-${at}`, keys: { TOKEN: { placeholder: "replace-me" } } },
  ]);
  const { audit: _, chat: __, ...rest } = mapOf(Object.fromEntries(services));
  return {
    ...rest,
    oauth: { paths: ["/oauth2/*"], priority: firstRule + servicesOfBalancer },
    secrets: Object.fromEntries(secrets),
    stages: { local: { runsOn: "loopback", shards: Math.ceil(count / servicesOfBalancer) } },
  };
}

/** A stage on AWS with all that the fixture's has, and so many services. */
export function planOnAws(count: number): StagePlan {
  const keys = Array.from({ length: count }, (_, at) => `many-${at}`);
  const { oauth: _, ...map } = mapOf(Object.fromEntries(keys.map((key, at) => [key, echo(key, placeOf(at))])));
  const prod = { ...map.stages.prod, shards: Math.ceil(count / servicesOfBalancer) };
  return planStage({ ...map, stages: { ...map.stages, prod } }, "prod");
}

/** Priorities that are made of names meet one another among so many. */
function placeOf(at: number) {
  const rulePriority = firstRule + (at % servicesOfBalancer);
  return { shard: Math.floor(at / servicesOfBalancer) + 1, oauth: { rulePriority } };
}
