import { randomUUID } from "node:crypto";
import type { FunctionInvoker, Place } from "#endpoint/core/ports.ts";
import type { Properties, ResourceContext, ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import { describeFailure } from "../template/errors.ts";
import type { Answers } from "./answers.ts";
import type { CustomResourceResponse } from "./response.ts";

/** Requests to this path and what follows it are answers, unsigned: `<path>/<token>`. */
export const CUSTOM_RESOURCE_PATH = "/_cloudformation/custom-resource";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html */
const DEFAULT_TIMEOUT_SECONDS = 3600;

export interface CustomResourcePorts {
  readonly place: Place;
  readonly functions: FunctionInvoker;
  readonly answers: Answers;
  /** Reports what went wrong inside the function; CloudFormation keeps waiting, as on AWS. */
  onFunctionError(context: ResourceContext, message: string): void;
}

interface Request {
  readonly RequestType: "Create" | "Update" | "Delete";
  readonly PhysicalResourceId?: string;
  readonly OldResourceProperties?: Properties;
}

/** One type's provider (`Custom::Name`): a Lambda function does the work and answers to a URL. */
export function customResource(type: string, ports: CustomResourcePorts): ResourceProvider {
  const ask = (request: Request, properties: Properties, context: ResourceContext) =>
    askFunction(type, ports, request, properties, context);
  return {
    replaceOn: [],
    async create(properties, context) {
      const response = await ask({ RequestType: "Create" }, properties, context);
      if (response.Status === "FAILED") {
        const { PhysicalResourceId: physicalId } = response;
        if (physicalId !== undefined) context.initiated?.({ physicalId, attributes: {} });
        throw new Error(failure(response));
      }
      if (response.PhysicalResourceId === undefined) throw new Error("Invalid PhysicalResourceId");
      return state(response.PhysicalResourceId, response);
    },
    async update(current, properties, previous, context) {
      if (properties.ServiceToken !== previous.ServiceToken) throw new Error("Modifying service token is not allowed.");
      const request = {
        RequestType: "Update",
        PhysicalResourceId: current.physicalId,
        OldResourceProperties: asText(previous),
      } as const;
      const response = await ask(request, properties, context);
      if (response.Status === "FAILED") throw new Error(failure(response));
      return state(response.PhysicalResourceId ?? current.physicalId, response);
    },
    async delete(current, properties, context) {
      const request = { RequestType: "Delete", PhysicalResourceId: current.physicalId } as const;
      const response = await ask(request, properties, context);
      if (response.Status === "FAILED") throw new Error(failure(response));
    },
  };
}

function state(physicalId: string, response: Extract<CustomResourceResponse, { Status: "SUCCESS" }>): ResourceState {
  return { physicalId, attributes: response.Data ?? {} };
}

function failure(response: Extract<CustomResourceResponse, { Status: "FAILED" }>): string {
  return `Received response status [FAILED] from custom resource. Message returned: ${response.Reason ?? "none"}`;
}

async function askFunction(
  type: string,
  { place, functions, answers, onFunctionError }: CustomResourcePorts,
  request: Request,
  properties: Properties,
  context: ResourceContext,
): Promise<CustomResourceResponse> {
  const serviceToken = properties.ServiceToken;
  if (typeof serviceToken !== "string")
    throw new Error("A custom resource needs a ServiceToken: the ARN of its function.");
  const seconds = Number(properties.ServiceTimeout ?? DEFAULT_TIMEOUT_SECONDS);
  const { token, answer } = answers.expect(seconds * 1000, context.signal);
  const payload = JSON.stringify({
    ...request,
    ServiceToken: serviceToken,
    ResponseURL: `${place.endpointUrl}${CUSTOM_RESOURCE_PATH}/${token}`,
    StackId: context.stackId,
    RequestId: randomUUID(),
    LogicalResourceId: context.logicalId,
    ResourceType: type,
    ResourceProperties: asText(properties),
  });
  const invocation = functions.invoke(serviceToken, payload).then((result) => {
    if (result.kind === "function-error") onFunctionError(context, result.payload);
    return new Promise<never>(() => undefined);
  });
  // Only a function that cannot be invoked at all ends the wait early.
  const response = await Promise.race([answer, invocation]).catch((error: unknown) => {
    answers.receive(token, "");
    throw new Error(`Could not invoke ${serviceToken}: ${describeFailure(error)}`);
  });
  if (response !== undefined) return response;
  if (context.signal.aborted) throw new Error("Cancelled while waiting for the custom resource's answer.");
  throw new Error(
    `CloudFormation did not receive a response from your Custom Resource within ${seconds} seconds. Please check your logs for the function ${serviceToken}.`,
  );
}

/** CloudFormation hands numbers and booleans to custom resources as text. */
function asText(value: Properties): Properties {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, leafText(member)]));
}

function leafText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(leafText);
  if (typeof value === "object" && value !== null) return asText({ ...value });
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}
