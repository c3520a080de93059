import * as v from "valibot";
import type { CallAccess } from "#endpoint/core/service.ts";
import type { KmsEngine } from "./engine.ts";

const named = v.object({ KeyId: v.string() });

export function accessOf({ keys }: KmsEngine): CallAccess {
  return {
    resourceOf(_operation, input) {
      const parsed = v.safeParse(named, input);
      return parsed.success ? (keys.find(parsed.output.KeyId)?.arn ?? parsed.output.KeyId) : undefined;
    },
  };
}
