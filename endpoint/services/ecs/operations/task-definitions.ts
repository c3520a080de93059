import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { describeTaskDefinition } from "../description.ts";
import type { EcsEngine } from "../engine.ts";
import { page, pageSchema } from "../page.ts";
import { taskDefinitionSchema } from "../task-definitions.ts";

const reference = v.object({ taskDefinition: v.string() });

export function taskDefinitionOperations({ definitions, clock }: EcsEngine): Operations {
  return {
    RegisterTaskDefinition: define(taskDefinitionSchema, (input, call) => {
      const definition = definitions.register(input, call.caller.arn, clock.now());
      const { tags } = definition;
      return { taskDefinition: describeTaskDefinition(definition), ...(tags.length > 0 && { tags }) };
    }),

    DescribeTaskDefinition: define(
      v.object({ ...reference.entries, include: v.optional(v.array(v.string()), []) }),
      (input) => {
        const definition = definitions.find(input.taskDefinition);
        if (definition === undefined) throw new AwsError("ClientException", "Unable to describe task definition.");
        return {
          taskDefinition: describeTaskDefinition(definition),
          ...(input.include.includes("TAGS") ? { tags: definition.tags } : {}),
        };
      },
    ),

    DeregisterTaskDefinition: define(reference, (input) => ({
      taskDefinition: describeTaskDefinition(definitions.deregister(input.taskDefinition, clock.now())),
    })),

    ListTaskDefinitions: define(
      v.object({
        ...pageSchema,
        familyPrefix: v.optional(v.string()),
        status: v.optional(v.string(), "ACTIVE"),
        sort: v.optional(v.picklist(["ASC", "DESC"]), "ASC"),
      }),
      (input) => {
        const matching = definitions
          .list()
          .filter(({ status }) => status === input.status)
          .filter(({ family }) => input.familyPrefix === undefined || family === input.familyPrefix)
          .map(({ arn }) => arn);
        const { items, ...more } = page(input.sort === "DESC" ? matching.toReversed() : matching, input);
        return { taskDefinitionArns: items, ...more };
      },
    ),

    ListTaskDefinitionFamilies: define(
      v.object({ ...pageSchema, familyPrefix: v.optional(v.string(), "") }),
      (input) => {
        const families = new Set(definitions.list().map(({ family }) => family));
        const { items, ...more } = page(
          [...families].filter((family) => family.startsWith(input.familyPrefix)),
          input,
        );
        return { families: items, ...more };
      },
    ),
  };
}
