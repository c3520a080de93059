import * as v from "valibot";
import type { CallAccess } from "#endpoint/core/service.ts";

const named = v.object({ TopicArn: v.string() });

export function accessOf(): CallAccess {
  return {
    resourceOf(_operation, input) {
      const parsed = v.safeParse(named, input);
      return parsed.success ? parsed.output.TopicArn : undefined;
    },
  };
}
