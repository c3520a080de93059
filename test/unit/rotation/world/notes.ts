import type { IssuerPorts } from "#rotation/issuers/index.ts";

/** A secret's tags, where nothing else of it matters. */
export function noted(): IssuerPorts["store"] {
  const tags: Record<string, string> = {};
  return {
    describe: async (arn) => ({ arn, name: arn, rotationEnabled: true, createdAt: 0, versions: [], tags: { ...tags } }),
    tag: async (_secretId, name, value) => {
      tags[name] = value;
      return "tagged";
    },
  };
}
