import type { Place } from "#endpoint/core/ports.ts";
import type { InertRecords } from "#endpoint/services/cloudformation/inert/inert-records.ts";

export interface Ec2Ports {
  readonly place: Place;
  /** What CloudFormation keeps about the network: there is nothing else to show. */
  readonly records: InertRecords;
}
