/**
 * Physical names, those of the Terraform set-up this replaces, so that its runbook works unchanged.
 * One place: stacks, functions and tools take names from here.
 */

/** A service key as AWS names allow it: `google_workspace` becomes `google-workspace`. */
export function dashed(serviceKey: string): string {
  return serviceKey.replaceAll("_", "-");
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html: 32 characters. */
export const targetGroupNameLimit = 32;

export const names = {
  cluster: (stage: string) => `${stage}-mcp-cluster`,
  service: (stage: string, key: string) => `${stage}-mcp-${dashed(key)}`,
  targetGroup: (stage: string, key: string) => `${stage}-mcp-${dashed(key)}-tg`,
  taskFamily: (stage: string, key: string) => `${stage}-mcp-${dashed(key)}`,
  logGroup: (stage: string, key: string) => `/ecs/${stage}/mcp/${key}`,
  flowLog: (stage: string) => `/vpc/${stage}/mcp`,
  /** Not under `/ecs/`, where the logs of services are. */
  execTranscripts: (stage: string) => `/ecs-exec/${stage}/mcp`,
  /** The first balancer has no number, so that a fleet with one keeps the plain name. */
  balancer: (stage: string, shard: number) => (shard === 1 ? `${stage}-mcp-alb` : `${stage}-mcp-alb-${shard}`),
  /** Tells records of one name apart, where they have weights. */
  recordSet: (stage: string) => `${stage}-mcp-fleet`,
  secretPrefix: (stage: string) => `/${stage}/mcp/`,
  secret: (stage: string, name: string) => `/${stage}/mcp/${name}`,
  redis: (stage: string) => `${stage}-mcp-redis`,
  /** What a drill restores from a snapshot, and deletes. */
  redisCopy: (stage: string) => `${stage}-mcp-drill`,
  function: (stage: string, name: string) => `${stage}-mcp-${name}`,
  alarmQueue: (stage: string) => `${stage}-mcp-alarms`,
  /** What the names of the stage's stacks begin with: SST puts the app's name, that of `sst.config.ts`, behind it. */
  stacks: (stage: string) => `${stage}-mcp-fleet-`,
  /** The topic by which a destination of the map is written to. */
  mailTopic: (stage: string, destination: string) => `${stage}-mcp-mail-${destination.replaceAll(/[^\w-]/g, "-")}`,
  incidentTable: (stage: string) => `${stage}-mcp-incidents`,
  probeTable: (stage: string) => `${stage}-mcp-probes`,
  /** Namespace of the metrics that sidecars, and servers made from the starter, write of their tools. */
  toolMetrics: (stage: string) => `mcp-fleet/${stage}`,
  /** SSM parameter with what was measured of a service; not under `/<stage>/mcp/`, where secrets are. */
  thresholds: (stage: string, key: string) => `/mcp-fleet/${stage}/thresholds/${key}`,
  /** SSM parameter of the local endpoint with a service's address by port, for clients that do not resolve its name. */
  door: (stage: string, key: string) => `/mcp-fleet/${stage}/doors/${key}`,
  alarm: (stage: string, key: string, alarm: string) => `${stage}-mcp-${dashed(key)}-${alarm}`,
  balancerAlarm: (stage: string, shard: number) => `${names.balancer(stage, shard)}-balancer5xx`,
  functionAlarm: (stage: string, name: string, alarm: string) => `${stage}-mcp-${name}-${alarm}`,
  /** Watches nothing: it is set off to see that an alarm reaches the chats. */
  alarmRoad: (stage: string) => `${stage}-mcp-alarm-road`,
} as const;
