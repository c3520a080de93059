import * as v from "valibot";
import { AwsError } from "./errors.ts";
import { physicalName } from "./physical-name.ts";
import { jsonDocument, parseProperties } from "./properties.ts";
import type { Properties, ResourceContext, ResourceProvider } from "./service.ts";

const schema = v.object({
  Queues: v.optional(v.array(v.string())),
  Topics: v.optional(v.array(v.string())),
  PolicyDocument: jsonDocument,
});

/**
 * A resource-based policy, kept where its service shows it. It decides nothing: callers are checked by their own
 * policies alone.
 * @param put an empty policy takes it away
 */
export function policyResource(put: (target: string, policy: string) => void | Promise<void>): ResourceProvider {
  const targetsOf = (properties: Properties, context: Pick<ResourceContext, "logicalId">) => {
    const { Queues, Topics, PolicyDocument } = parseProperties(schema, properties, context);
    return { targets: Queues ?? Topics ?? [], policy: PolicyDocument };
  };
  const apply = async (properties: Properties, context: ResourceContext) => {
    const { targets, policy } = targetsOf(properties, context);
    for (const target of targets) await put(target, policy);
    return targets;
  };
  const remove = async (targets: readonly string[]) => {
    for (const target of targets) {
      try {
        await put(target, "");
      } catch (error) {
        // What it was of may be gone already.
        if (!(error instanceof AwsError)) throw error;
      }
    }
  };
  return {
    replaceOn: [],
    async create(properties, context) {
      await apply(properties, context);
      const id = physicalName(context, 128);
      return { physicalId: id, attributes: { Id: id } };
    },
    async update(current, properties, previous, context) {
      const kept = await apply(properties, context);
      await remove(targetsOf(previous, context).targets.filter((target) => !kept.includes(target)));
      return current;
    },
    delete: async (_current, properties, context) => remove(targetsOf(properties, context).targets),
  };
}
