import type { ParameterReader } from "#endpoint/core/ports.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { accessOf } from "./access.ts";
import type { SsmPorts } from "./engine.ts";
import { operationsOf } from "./operations/index.ts";
import { Parameters } from "./parameters.ts";
import { quotas } from "./quotas.ts";
import { resourcesOf } from "./resources.ts";

export interface Ssm {
  readonly service: AwsService;
  readonly parameters: ParameterReader;
}

/** Parameter Store. The rest of Systems Manager is not here. */
export function createSsm({ place, clock }: SsmPorts): Ssm {
  const parameters = new Parameters(place);
  const engine = { parameters, now: () => new Date(clock.now()) };
  return {
    service: {
      signingName: "ssm",
      protocol: { kind: "json" },
      operations: operationsOf(engine),
      quotas,
      resources: resourcesOf(engine),
      ...accessOf(engine),
    },
    parameters: { read: (name) => parameters.resolve(name).version.value },
  };
}
