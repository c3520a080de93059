import type { Quota } from "#endpoint/core/service.ts";

/** Standard throughput: https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm */
export const quotas: readonly Quota[] = [
  { operations: ["GetParameter", "GetParameters", "GetParametersByPath"], burst: 40, perSecond: 40 },
  { operations: ["PutParameter"], burst: 3, perSecond: 3 },
];
