import * as v from "valibot";
import type { CallAccess } from "#endpoint/core/service.ts";
import type { CloudWatchEngine } from "./engine.ts";

const named = v.object({ AlarmName: v.string() });

export function accessOf({ alarms }: CloudWatchEngine): CallAccess {
  return {
    resourceOf(_operation, input) {
      const parsed = v.safeParse(named, input);
      return parsed.success ? alarms.arnOf(parsed.output.AlarmName) : undefined;
    },
  };
}
