import * as v from "valibot";

/** What `stacks/registry` put beside the function. */
export const RegistryMap = v.object({
  servers: v.array(v.object({ name: v.string(), description: v.string(), version: v.string(), url: v.string() })),
});
export type RegistryMap = v.InferOutput<typeof RegistryMap>;
