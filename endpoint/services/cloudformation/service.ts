import type { AwsService, PublicRoute } from "#endpoint/core/service.ts";
import { ChangeSets } from "./change-sets.ts";
import { Answers } from "./custom/answers.ts";
import { CUSTOM_RESOURCE_PATH } from "./custom/provider.ts";
import { Detections } from "./drift/detections.ts";
import type { CloudFormationPorts } from "./engine.ts";
import { InertRecords } from "./inert/inert-records.ts";
import { operationsOf } from "./operations/index.ts";
import { createProviders } from "./providers.ts";
import { StackControl } from "./stack/control.ts";
import { Stacks } from "./stack/stacks.ts";
import { refused } from "./template/errors.ts";
import { readStacks, type StackReading } from "./view.ts";

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
  const { place, clock, objects, parameters, events, secrets, rollbackDelayMs = 0 } = ports;
  const stacks = new Stacks(place, clock);
  const records = new InertRecords();
  const answers = new Answers(clock);
  const provider = createProviders({ ...ports, answers, records, stacks });
  const dynamic = { parameters, secrets };
  const stackEngine = { place, clock, events, stacks, dynamic, rollbackDelayMs, provider };
  const control = new StackControl(stackEngine);
  const engine = {
    ...stackEngine,
    objects,
    parameters,
    control,
    changeSets: new ChangeSets(place),
    detections: new Detections(clock, provider),
  };
  return {
    service: {
      signingName: "cloudformation",
      protocol: { kind: "query", namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/" },
      operations: operationsOf(engine),
      malformed: ({ message }) => refused(message),
      publicRoutes: [answerRoute(answers)],
      stop: () => control.stop(),
    },
    answerCustomResource: (token, body) => answers.receive(token, body),
    stacks: () => readStacks(stacks, provider),
    inertResources: () =>
      Object.fromEntries(
        readStacks(stacks, provider).map((stack) => [stack.name, stack.resources.filter(({ inert }) => inert).length]),
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
