import type { Resources } from "#endpoint/core/service.ts";
import type { Route53Engine } from "../engine.ts";
import { hostedZoneResource } from "./hosted-zone.ts";
import { recordSetGroupResource, recordSetResource } from "./record-set.ts";

export function resourcesOf(engine: Route53Engine): Resources {
  return {
    "AWS::Route53::HostedZone": hostedZoneResource(engine),
    "AWS::Route53::RecordSet": recordSetResource(engine),
    "AWS::Route53::RecordSetGroup": recordSetGroupResource(engine),
  };
}
