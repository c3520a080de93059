import * as v from "valibot";
import { physicalName } from "./physical-name.ts";
import { parseProperties } from "./properties.ts";
import type { ResourceProvider } from "./service.ts";

/** A resource-based policy is a record: callers are checked by their own policies alone. */
export function policyRecord(member: "Queues" | "Topics"): ResourceProvider {
  return {
    replaceOn: [],
    inert: true,
    async create(properties, context) {
      parseProperties(v.object({ [member]: v.array(v.string()) }), properties, context);
      const id = physicalName(context, 128);
      return { physicalId: id, attributes: { Id: id } };
    },
    async update(current) {
      return current;
    },
    async delete() {},
  };
}
