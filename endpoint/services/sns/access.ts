import * as v from "valibot";
import type { CallAccess } from "#endpoint/core/service.ts";
import type { SnsEngine } from "./engine.ts";

const named = v.object({ TopicArn: v.string() });

export function accessOf({ topics, keys, place }: SnsEngine): CallAccess {
  const topicOf = (input: unknown) => {
    const parsed = v.safeParse(named, input);
    return parsed.success ? parsed.output.TopicArn : undefined;
  };
  return {
    resourceOf: (_operation, input) => topicOf(input),
    keysUsedBy(operation, input) {
      if (operation !== "Publish") return [];
      const topic = topics.all().find(({ arn }) => arn === topicOf(input));
      const resource = keys?.arnOf(topic?.attributes.get("KmsMasterKeyId") ?? "");
      if (resource === undefined) return [];
      const conditionKeys = { "kms:ViaService": `sns.${place.region}.amazonaws.com` };
      return ["kms:GenerateDataKey", "kms:Decrypt"].map((action) => ({ action, resource, conditionKeys }));
    },
  };
}
