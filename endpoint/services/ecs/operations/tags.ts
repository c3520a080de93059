import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { EcsEngine } from "../engine.ts";
import type { Tag } from "../tag.ts";

/** What can be tagged, as one place to read and write. */
interface Tagged {
  readonly tags: readonly Tag[];
  set(tags: readonly Tag[]): void;
}

export function tagOperations(engine: EcsEngine): Operations {
  const resourceArn = v.string();
  return {
    ListTagsForResource: define(v.object({ resourceArn }), (input) => ({ tags: find(engine, input.resourceArn).tags })),

    TagResource: define(
      v.object({ resourceArn, tags: v.array(v.object({ key: v.string(), value: v.string() })) }),
      (input) => {
        const resource = find(engine, input.resourceArn);
        const added = new Set(input.tags.map(({ key }) => key));
        resource.set([...resource.tags.filter(({ key }) => !added.has(key)), ...input.tags]);
        return {};
      },
    ),

    UntagResource: define(v.object({ resourceArn, tagKeys: v.array(v.string()) }), (input) => {
      const resource = find(engine, input.resourceArn);
      resource.set(resource.tags.filter(({ key }) => !input.tagKeys.includes(key)));
      return {};
    }),
  };
}

/** `arn:aws:ecs:<region>:<account>:<kind>/[<cluster>/]<name>` */
function find(engine: EcsEngine, arn: string): Tagged {
  const [kind = "", clusterName = ""] = arn.split(":").slice(5).join(":").split("/");
  const found = FINDERS.get(kind)?.(engine, arn, clusterName);
  if (found === undefined)
    throw new AwsError("InvalidParameterException", `The specified resource was not found: ${arn}`);
  return found;
}

function service(engine: EcsEngine, arn: string, clusterName: string): Tagged | undefined {
  const found = engine.services.find(clusterName, arn);
  return (
    found && {
      tags: found.tags,
      set: (tags) => {
        found.tags = tags;
      },
    }
  );
}

function cluster(engine: EcsEngine, arn: string): Tagged | undefined {
  const found = engine.clusters.find(arn);
  return found && { tags: found.tags, set: (tags) => void engine.clusters.change(found, { tags }) };
}

function taskDefinition(engine: EcsEngine, arn: string): Tagged | undefined {
  const found = engine.definitions.find(arn);
  return found && { tags: found.tags, set: (tags) => engine.definitions.tag(found, tags) };
}

function task(engine: EcsEngine, arn: string, clusterName: string): Tagged | undefined {
  const home = engine.clusters.find(clusterName);
  const found = home && engine.tasks.find(home.arn, arn);
  return (
    found && {
      tags: found.tags,
      set: (tags) => {
        found.tags = tags;
      },
    }
  );
}

const FINDERS = new Map([
  ["service", service],
  ["cluster", cluster],
  ["task-definition", taskDefinition],
  ["task", task],
]);
