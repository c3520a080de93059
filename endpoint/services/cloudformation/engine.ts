import type {
  Clock,
  EventBus,
  FunctionInvoker,
  ObjectReader,
  ParameterReader,
  Place,
  SecretReader,
} from "#endpoint/core/ports.ts";
import type { ResourceProvider } from "#endpoint/core/service.ts";
import type { ChangeSets } from "./change-sets.ts";
import type { Detections } from "./drift/detections.ts";
import type { StackControl } from "./stack/control.ts";
import type { StackEngine } from "./stack/deployment.ts";

export interface CloudFormationPorts {
  readonly place: Place;
  readonly clock: Clock;
  /** By type name; read on use, so services may add theirs after this one is made. */
  readonly providers: ReadonlyMap<string, ResourceProvider>;
  readonly objects: ObjectReader;
  readonly parameters: ParameterReader;
  readonly secrets: SecretReader;
  readonly functions: FunctionInvoker;
  readonly events: EventBus;
  /** Pause between a failure and its rollback, so that a client that polls sees what failed; milliseconds, 0 by default. */
  readonly rollbackDelayMs?: number;
}

export interface CloudFormationEngine extends StackEngine {
  readonly objects: ObjectReader;
  readonly parameters: ParameterReader;
  readonly control: StackControl;
  readonly changeSets: ChangeSets;
  readonly detections: Detections;
}
