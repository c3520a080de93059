import { AwsError } from "#endpoint/core/errors.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { accessOf } from "./access.ts";
import type { Engine } from "./cache-engine.ts";
import { listElement } from "./description.ts";
import type { ElastiCachePorts } from "./engine.ts";
import { operationsOf } from "./operations/index.ts";
import { ReplicationGroups } from "./replication-groups.ts";
import { resourcesOf } from "./resources.ts";

export interface ElastiCache {
  readonly service: AwsService;
  /** What serves the groups. */
  readonly engine: Engine;
  stop(): Promise<void>;
}

/** ElastiCache over the machine's own Redis or Valkey, with TLS; without one, over the embedded store. */
export function createElastiCache(ports: ElastiCachePorts): ElastiCache {
  const groups = new ReplicationGroups(ports);
  const engine = { place: ports.place, groups };
  const stop = () => groups.stop();
  return {
    service: {
      signingName: "elasticache",
      protocol: { kind: "query", namespace: "http://elasticache.amazonaws.com/doc/2015-02-02/", listElement },
      operations: operationsOf(engine),
      resources: resourcesOf(engine),
      malformed: ({ message }) => new AwsError("InvalidParameterValue", message),
      ...accessOf(engine),
      stop,
    },
    engine: ports.engine,
    stop,
  };
}
