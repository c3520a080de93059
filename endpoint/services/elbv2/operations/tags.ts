import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { type ControlPlane, limits } from "../control-plane.ts";
import { tags, text, texts } from "../schema.ts";

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Tags of a resource after some were added. */
export function withTags(
  current: ReadonlyMap<string, string> | undefined,
  added: readonly Tag[] | undefined,
): ReadonlyMap<string, string> {
  const keys = (added ?? []).map(({ Key }) => Key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new AwsError("DuplicateTagKeys", `Tag key '${twice}' was given more than once`);
  const next = new Map([...(current ?? []), ...(added ?? []).map(({ Key, Value }): [string, string] => [Key, Value])]);
  if (next.size > limits.tagsPerResource) {
    throw new AwsError("TooManyTags", `A resource can have at most '${limits.tagsPerResource}' tags`);
  }
  return next;
}

export function tagOperations(control: ControlPlane): Operations {
  const { records } = control;
  const ofResources = { ResourceArns: texts };
  return {
    AddTags: define(v.object({ ...ofResources, Tags: v.nonOptional(tags) }), ({ ResourceArns, Tags }) => {
      for (const arn of ResourceArns) checkExists(control, arn);
      for (const arn of ResourceArns) records.tags.set(arn, withTags(records.tags.get(arn), Tags));
      return {};
    }),
    RemoveTags: define(v.object({ ...ofResources, TagKeys: v.array(text) }), ({ ResourceArns, TagKeys }) => {
      for (const arn of ResourceArns) checkExists(control, arn);
      for (const arn of ResourceArns) {
        const left = [...(records.tags.get(arn) ?? [])].filter(([key]) => !TagKeys.includes(key));
        records.tags.set(arn, new Map(left));
      }
      return {};
    }),
    DescribeTags: define(v.object(ofResources), ({ ResourceArns }) => {
      for (const arn of ResourceArns) checkExists(control, arn);
      return {
        TagDescriptions: ResourceArns.map((ResourceArn) => ({
          ResourceArn,
          Tags: [...(records.tags.get(ResourceArn) ?? [])].map(([Key, Value]) => ({ Key, Value })),
        })),
      };
    }),
  };
}

function checkExists({ records }: ControlPlane, arn: string): void {
  if (arn.includes(":listener-rule/")) records.rule(arn);
  else if (arn.includes(":listener/")) records.listener(arn);
  else if (arn.includes(":targetgroup/")) records.targetGroup(arn);
  else records.loadBalancer(arn);
}
