import type {
  Clock,
  EventBus,
  FunctionInvoker,
  ObjectReader,
  ParameterReader,
  Place,
  SecretReader,
} from "#local/endpoint/ports.ts";
import type { AwsService, PublicRoute, ResourceProvider } from "#local/endpoint/service.ts";
import { ChangeSets } from "./api/change-sets.ts";
import { changes } from "./api/changes.ts";
import { drift } from "./api/drift.ts";
import { lifecycle } from "./api/lifecycle.ts";
import { reading } from "./api/reading.ts";
import { templates } from "./api/templates.ts";
import { Answers } from "./custom/answers.ts";
import { CUSTOM_RESOURCE_PATH } from "./custom/provider.ts";
import { Detections } from "./drift/detections.ts";
import { InertRecords } from "./inert/inert-records.ts";
import { createRegistry } from "./registry.ts";
import { StackControl } from "./stack/control.ts";
import type { Engine } from "./stack/deployment.ts";
import { StackStore } from "./stack/stack-store.ts";
import { readStacks, type StackReading } from "./view.ts";

/** To preload into Node functions (`node --import`), so that the answers of CDK's and SST's custom resources arrive. */
export const customResourcePreload = new URL("./custom/response-redirect.mjs", import.meta.url);

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
  /** Pause between a failure and its rollback, so that a client that polls sees what failed; milliseconds, 0 unless told. */
  readonly rollbackDelayMs?: number;
}

export interface CloudFormation {
  readonly service: AwsService;
  /** Takes a custom resource's answer. @returns False for a token nobody waits for. */
  answerCustomResource(token: string, body: string): boolean;
  /** Every stack that is not deleted, with its resources, as plain data. */
  stacks(): readonly StackReading[];
  /** How many inert records each stack holds, by stack name. */
  inertResources(): Readonly<Record<string, number>>;
  /** The records behind the inert types, for EC2's listings. */
  readonly records: InertRecords;
  /** Resolves once no stack operation runs. */
  idle(): Promise<void>;
}

/** CloudFormation of the local endpoint: the template language, the stack engine and the API that clients see. */
export function createCloudFormation(ports: CloudFormationPorts): CloudFormation {
  const { place, clock, objects, parameters, events } = ports;
  const store = new StackStore(place, clock);
  const records = new InertRecords();
  const answers = new Answers(clock);
  const registry = createRegistry({ ...ports, answers, records, store });
  const engine: Engine = {
    place,
    clock,
    events,
    store,
    dynamic: { parameters, secrets: ports.secrets },
    rollbackDelayMs: ports.rollbackDelayMs ?? 0,
    provider: registry,
  };
  const control = new StackControl(engine);
  const changeSets = new ChangeSets(place);
  const sources = { engine, objects, parameters };
  return {
    service: {
      signingName: "cloudformation",
      protocol: { kind: "query", namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/" },
      operations: {
        ...lifecycle(store, control, sources),
        ...changes(store, control, changeSets, sources),
        ...templates(store, changeSets, place, objects),
        ...reading(store),
        ...drift(store, new Detections(clock, registry)),
      },
      publicRoutes: [answerRoute(answers)],
      stop: () => control.stop(),
    },
    answerCustomResource: (token, body) => answers.receive(token, body),
    stacks: () => readStacks(store, registry),
    inertResources: () =>
      Object.fromEntries(
        readStacks(store, registry).map((stack) => [stack.name, stack.resources.filter(({ inert }) => inert).length]),
      ),
    records,
    idle: () => control.idle(),
  };
}

/** Answers as S3 does to a PUT on a presigned address: 200, or 403 once the address is spent. */
function answerRoute(answers: Answers): PublicRoute {
  return {
    method: "PUT",
    pathPrefix: `${CUSTOM_RESOURCE_PATH}/`,
    handle: ({ path, body }) => {
      const token = path.slice(CUSTOM_RESOURCE_PATH.length + 1);
      return { status: answers.receive(token, body.toString("utf8")) ? 200 : 403, headers: {}, body: "" };
    },
  };
}
