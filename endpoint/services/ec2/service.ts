import type { AwsService } from "#endpoint/core/service.ts";
import type { Ec2Ports } from "./engine.ts";
import { operationsOf } from "./operations.ts";

/** EC2 as far as CDK and a curious operator look at it: the zones and the network's records. */
export function createEc2(ports: Ec2Ports): { readonly service: AwsService } {
  return {
    service: {
      signingName: "ec2",
      protocol: { kind: "ec2", namespace: "http://ec2.amazonaws.com/doc/2016-11-15/" },
      operations: operationsOf(ports),
    },
  };
}
