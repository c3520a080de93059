import * as v from "valibot";
import type { CallAccess } from "#endpoint/core/service.ts";
import type { EcrEngine } from "./engine.ts";

const named = v.object({ repositoryName: v.string() });

export function accessOf({ repositories }: EcrEngine): CallAccess {
  return {
    resourceOf(_operation, input) {
      const parsed = v.safeParse(named, input);
      return parsed.success ? repositories.arn(parsed.output.repositoryName) : undefined;
    },
  };
}
