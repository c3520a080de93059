import { CloudFormationClient, DescribeStacksCommand, GetTemplateCommand } from "@aws-sdk/client-cloudformation";
import * as v from "valibot";
import { names } from "#fleet";
import type { Site } from "./question.ts";

const Template = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    Resources: v.record(v.string(), v.object({ Type: v.string(), Properties: v.optional(v.unknown(), {}) })),
  }),
);

/** The resources of a deployed template, as it was written. */
export interface DeployedTemplate {
  /** Those of a type that have these properties. */
  all<const S extends v.GenericSchema>(type: string, properties: S): readonly Found<v.InferOutput<S>>[];
}

export interface Found<T> {
  readonly logicalId: string;
  readonly properties: T;
}

/** Of these, a deploy begins anew: what their templates say was never there, or is on its way out. */
const gone = /^(REVIEW_|ROLLBACK_|DELETE_)/;

/** `undefined` where there is no such stack. */
export async function readTemplate(
  { plan, aws }: Pick<Site, "plan" | "aws">,
  name: string,
): Promise<DeployedTemplate | undefined> {
  const client = aws.client(CloudFormationClient);
  const StackName = `${names.stacks(plan.stage)}${name}`;
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    if (stack === undefined || gone.test(stack.StackStatus ?? "")) return undefined;
    const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName }));
    return parseTemplate(TemplateBody);
  } catch (error) {
    if (error instanceof Error && error.message.includes("does not exist")) return undefined;
    throw error;
  }
}

export function parseTemplate(body: unknown): DeployedTemplate {
  const { Resources } = v.parse(Template, body);
  return {
    all: (type, schema) =>
      Object.entries(Resources).flatMap(([logicalId, { Type, Properties }]) => {
        const properties = v.safeParse(schema, Properties);
        return Type === type && properties.success ? [{ logicalId, properties: properties.output }] : [];
      }),
  };
}
