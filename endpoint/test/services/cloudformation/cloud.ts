import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { AwsError } from "#endpoint/core/errors.ts";
import type { BusEvent, InvocationResult } from "#endpoint/core/ports.ts";
import { type CloudFormation, createCloudFormation } from "#endpoint/services/cloudformation/service.ts";
import { createEc2 } from "#endpoint/services/ec2/service.ts";
import { serve, TurnedClock } from "../serve.ts";
import { MemoryType } from "./memory.ts";

export type Invoke = (functionName: string, payload: string) => Promise<InvocationResult>;

/** CloudFormation and EC2 behind the real front door, with `Test::Memory::Item` as the one type that runs. */
export async function startCloudFormation(rollbackDelayMs = 0) {
  const items = new MemoryType();
  const clock = new TurnedClock(Date.UTC(2026, 10, 23));
  const objects = new Map<string, string>();
  const parameters = new Map<string, string>();
  const secrets = new Map<string, string>();
  const events: BusEvent[] = [];
  const lambda: { invoke: Invoke } = {
    invoke: () => Promise.reject(new AwsError("ResourceNotFoundException", "Function not found", 404)),
  };
  const served = await serve<CloudFormation & { stop(): Promise<void> }>(
    (place) => {
      const cloudFormation = createCloudFormation({
        place,
        clock,
        providers: new Map([["Test::Memory::Item", items]]),
        objects: {
          get: async (bucket, key) => Buffer.from(found(objects, `${bucket}/${key}`, "NoSuchKey")),
        },
        parameters: { read: (name) => found(parameters, name, "ParameterNotFound") },
        secrets: { read: (id) => found(secrets, id, "ResourceNotFoundException") },
        functions: { invoke: (name, payload) => lambda.invoke(name, payload) },
        events: { put: (event) => events.push(event) },
        rollbackDelayMs,
      });
      return { ...cloudFormation, stop: async () => cloudFormation.service.stop?.() };
    },
    (made) => [
      made.service,
      createEc2({ place: { region: "us-east-1", account: "573946584375", endpointUrl: "" }, records: made.records })
        .service,
    ],
  );
  return {
    ...served,
    cloudFormation: served.made,
    cfn: new CloudFormationClient(served.client),
    items,
    clock,
    objects,
    parameters,
    secrets,
    events,
    lambda,
  };
}
export type Cloud = Awaited<ReturnType<typeof startCloudFormation>>;

function found(map: ReadonlyMap<string, string>, key: string, code: string): string {
  const value = map.get(key);
  if (value === undefined) throw new AwsError(code, `The specified key does not exist: ${key}`);
  return value;
}

/** A resource of the type that runs. */
export function item(
  properties: Readonly<Record<string, unknown>> = {},
  attributes: Readonly<Record<string, unknown>> = {},
) {
  return { Type: "Test::Memory::Item", Properties: properties, ...attributes };
}

export function template(
  resources: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({ Resources: resources, ...rest });
}

/** Three resources, each after the one before it. */
export const chain = {
  A: item({ Value: "1" }),
  B: item({ Value: { "Fn::GetAtt": ["A", "Arn"] } }),
  C: item({ Value: { "Fn::Join": ["/", [{ Ref: "B" }, { "Fn::GetAtt": ["A", "Value.Text"] }]] } }),
};
