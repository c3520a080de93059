import * as v from "valibot";
import type { ConditionKeys } from "#endpoint/core/ports.ts";
import type { CallAccess } from "#endpoint/core/service.ts";
import type { CloudWatchEngine } from "./engine.ts";

const named = v.object({ AlarmName: v.string() });
const written = v.object({ Namespace: v.string() });

export function accessOf({ alarms }: CloudWatchEngine): CallAccess {
  return {
    resourceOf(_operation, input) {
      const parsed = v.safeParse(named, input);
      return parsed.success ? alarms.arnOf(parsed.output.AlarmName) : undefined;
    },
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
    conditionKeysOf(operation, input): ConditionKeys {
      const parsed = v.safeParse(written, input);
      return operation === "PutMetricData" && parsed.success ? { "cloudwatch:namespace": parsed.output.Namespace } : {};
    },
  };
}
