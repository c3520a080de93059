import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { tagList, tagsOf } from "#endpoint/core/properties.ts";
import type { Properties, ResourceContext, ResourceProvider } from "#endpoint/core/service.ts";
import { newId } from "./identity.ts";
import type { InertRecords } from "./inert-records.ts";

/** A resource type with nothing to run locally: a record that answers `Ref` and `Fn::GetAtt` plausibly. */
export interface InertType {
  /** Properties whose change replaces the resource, from its reference page. */
  readonly replaceOn: readonly string[];
  physicalId(properties: Properties, context: ResourceContext): string;
  attributes?(physicalId: string, properties: Properties, context: ResourceContext): Readonly<Record<string, unknown>>;
  /** @throws AwsError for properties that AWS would not take. */
  validate?(properties: Properties, context: ResourceContext, records: InertRecords): void;
  /** @throws AwsError for one that AWS would not create beside those that are there. */
  check?(properties: Properties, context: ResourceContext, records: InertRecords): void;
  /** Types of resources that keep this one from being deleted, while their properties name it. */
  readonly heldBy?: readonly string[];
}

/** Whether a resource of one of these types names an id in its properties. */
export type Holds = (types: readonly string[], physicalId: string) => boolean;

/** Ids such as EC2's. */
export function withPrefix(
  prefix: string,
  replaceOn: readonly string[],
  attributes?: NonNullable<InertType["attributes"]>,
): InertType {
  return { replaceOn, physicalId: () => newId(prefix), ...(attributes ? { attributes } : {}) };
}

/** The name the template gives in `property`, or one as CloudFormation makes them up. */
export function named(
  property: string,
  options: { readonly maxLength?: number; readonly replaceOn?: readonly string[] } = {},
  attributes?: NonNullable<InertType["attributes"]>,
): InertType {
  return {
    replaceOn: [property, ...(options.replaceOn ?? [])],
    physicalId: (properties, context) => text(properties, property) ?? physicalName(context, options.maxLength ?? 128),
    ...(attributes ? { attributes } : {}),
  };
}

export function text(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function arn(service: string, resource: string, { region, account }: ResourceContext): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

export function inertProvider(
  type: string,
  definition: InertType,
  records: InertRecords,
  holds: Holds,
): ResourceProvider {
  const record = (physicalId: string, properties: Properties, context: ResourceContext) => {
    const attributes = definition.attributes?.(physicalId, properties, context) ?? {};
    records.put({ type, physicalId, properties, attributes, tags: tagsOn(properties, context) });
    return { physicalId, attributes };
  };
  return {
    inert: true,
    replaceOn: definition.replaceOn,
    async create(properties, context) {
      definition.validate?.(properties, context, records);
      definition.check?.(properties, context, records);
      return record(definition.physicalId(properties, context), properties, context);
    },
    async update({ physicalId }, properties, _previous, context) {
      definition.validate?.(properties, context, records);
      return record(physicalId, properties, context);
    },
    async delete({ physicalId }) {
      if (holds(definition.heldBy ?? [], physicalId))
        throw new AwsError(
          "DependencyViolation",
          `The resource '${physicalId}' has dependencies and cannot be deleted.`,
        );
      records.delete(type, physicalId);
    },
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html */
function tagsOn({ Tags }: Properties, context: ResourceContext): Readonly<Record<string, string>> {
  const own = v.safeParse(tagList, Tags);
  return {
    ...tagsOf(own.success ? own.output : undefined, context),
    "aws:cloudformation:stack-name": context.stackName,
    "aws:cloudformation:stack-id": context.stackId,
    "aws:cloudformation:logical-id": context.logicalId,
  };
}
