import { alarmNames, names, rateNames, type ServicePlan, type StagePlan, type Standing } from "#fleet";
import { probeAlarm } from "#fleet/definition.ts";
import type { AlarmFacts } from "../alarms/read.ts";
import { type Deployed, differencesOf } from "../status/deployed.ts";
import type { ServiceFacts } from "../status/facts.ts";
import type { Route, Routes } from "./routes.ts";

/** What is deployed, as far as the map determines it. */
export interface Present {
  /** Whether the stage has a cluster at all. */
  readonly deployed: boolean;
  readonly services: readonly { readonly facts: ServiceFacts; readonly deployed: Deployed }[];
  /** Names in ECS of all services of the stage's cluster. */
  readonly serviceNames: readonly string[];
  readonly secretNames: readonly string[];
  readonly alarms: readonly AlarmFacts[];
  readonly routes: Routes;
  readonly redis:
    | { readonly nodes: number; readonly nodeType: string | undefined; readonly failsOver: boolean }
    | undefined;
}

export interface Change {
  readonly kind: "add" | "change" | "remove";
  readonly text: string;
}

/** What a deploy would do to make what is deployed match the map. */
export function changesOf(plan: StagePlan, present: Present): readonly Change[] {
  return [
    ...serviceChanges(plan, present),
    ...secretChanges(plan, present),
    ...alarmChanges(plan, present),
    ...redisChanges(plan, present),
  ];
}

function serviceChanges({ stage, services }: StagePlan, present: Present): readonly Change[] {
  const known = new Set(services.map(({ key }) => names.service(stage, key)));
  const removed = present.serviceNames.filter((name) => !known.has(name));
  return [
    ...present.services.flatMap(({ facts, deployed }): readonly Change[] => {
      const { key, url } = facts.plan;
      if (facts.service === undefined) return [{ kind: "add", text: `service ${key}, at ${url}` }];
      const differences = [...differencesOf(facts, deployed), ...routeDifferences(facts.plan, present.routes[key])];
      return differences.map((text) => ({ kind: "change", text: `service ${key}: ${text}` }));
    }),
    ...removed.map(
      (name): Change => ({
        kind: "remove",
        text: `service ${name}, with its rule, target group, log group, DNS record and alarms`,
      }),
    ),
  ];
}

function routeDifferences({ hostname, health }: ServicePlan, route: Route | undefined): readonly string[] {
  if (route === undefined) return ["no target group leads to it, but the map has one"];
  const compare = (what: string, is: string | undefined, should: string) =>
    is === should ? [] : [`${what} is ${is ?? "not set"}, the map has ${should}`];
  return [
    ...compare("its name", [...new Set(route.hosts)].join(" ") || undefined, hostname),
    ...compare("the health path", route.health.path, health.path),
    ...compare("the healthy codes", route.health.codes, health.codes),
  ];
}

function secretChanges({ stage, secrets }: StagePlan, { secretNames }: Present): readonly Change[] {
  const created = secrets.filter(({ adoptedArn }) => adoptedArn === undefined);
  const wanted = new Set(created.map(({ name }) => name));
  const prefix = names.secretPrefix(stage);
  return [
    ...created
      .filter(({ name }) => !secretNames.includes(name))
      .map(({ name }): Change => ({ kind: "add", text: `secret ${name}, with placeholders` })),
    ...secretNames
      .filter((name) => name.startsWith(prefix) && !wanted.has(name))
      .map((name): Change => ({ kind: "remove", text: `secret ${name}, recoverable for 7 days at least` })),
  ];
}

function alarmChanges({ stage, services }: StagePlan, { alarms, serviceNames }: Present): readonly Change[] {
  const found = new Map(alarms.map((alarm) => [alarm.name, alarm]));
  // Those of a new service come with it.
  const deployed = services.filter(({ key }) => serviceNames.includes(names.service(stage, key)));
  return deployed.flatMap(({ key, alarms: wanted, rates, probe }) => [
    ...alarmNames.flatMap((name): readonly Change[] => {
      const is = found.get(names.alarm(stage, key, name));
      const should = wanted[name];
      if (should.kind === "declined")
        return is === undefined ? [] : [{ kind: "remove", text: `alarm ${name} of ${key}` }];
      if (is === undefined) return [{ kind: "add", text: `alarm ${name} of ${key}` }];
      if (is.threshold === should.threshold) return [];
      const text = `alarm ${name} of ${key}: the threshold is ${is.threshold}, the map has ${should.threshold}`;
      return [{ kind: "change", text }];
    }),
    ...[...rateNames, probeAlarm].flatMap((name): readonly Change[] => {
      const isThere = found.has(names.alarm(stage, key, name));
      const isWanted = (name === probeAlarm ? probe : rates[name])?.kind === "set";
      if (isThere === isWanted) return [];
      return [{ kind: isThere ? "remove" : "add", text: `alarm ${name} of ${key}` }];
    }),
  ]);
}

/** What the deployed templates tell: where the names lead, and by which addresses tasks go out. */
export function placeChanges({ recordWeight, network }: StagePlan, standing: Standing): readonly Change[] {
  const weights = new Set(Object.values(standing.services).flatMap(({ recordWeight: weight }) => weight ?? []));
  const { addresses } = network;
  const others = [...weights].filter((weight) => recordWeight !== undefined && weight !== recordWeight);
  const cut = "connections to the outside are cut once";
  return [
    ...others.map((weight) => `the records have the weight ${weight}, the map has ${recordWeight}`),
    ...(standing.cidr === undefined || addresses.join() === standing.natAddresses.join()
      ? []
      : [`the NAT gateways get ${addresses.length === 0 ? "new addresses" : addresses.join(", ")}: ${cut}`]),
  ].map((text): Change => ({ kind: "change", text }));
}

const failoverLater = "; failover comes with the deploy after that";

function redisChanges({ services, redis: wanted }: StagePlan, { redis }: Present): readonly Change[] {
  if (!services.some(({ sessions }) => sessions))
    return redis === undefined
      ? []
      : [{ kind: "remove", text: "Redis, with a final snapshot where the stage is durable" }];
  if (redis === undefined) return [{ kind: "add", text: `Redis with ${wanted.nodes} nodes` }];
  const { nodes, nodeType = wanted.nodeType, failsOver } = redis;
  return [
    ...(nodes > 1 && wanted.nodes > 1 && !failsOver ? ["Redis does not fail over yet, and will"] : []),
    ...(nodes === wanted.nodes
      ? []
      : [`Redis has ${nodes} nodes, the map has ${wanted.nodes}${nodes === 1 ? failoverLater : ""}`]),
    ...(nodeType === wanted.nodeType ? [] : [`Redis runs on ${nodeType}, the map has ${wanted.nodeType}`]),
  ].map((text): Change => ({ kind: "change", text }));
}
