import * as v from "valibot";
import type { ConditionKeys } from "#endpoint/core/ports.ts";
import type { CallAccess } from "#endpoint/core/service.ts";

const onZone = v.object({
  Id: v.pipe(
    v.string(),
    v.transform((id) => id.replace(/^\/?hostedzone\//, "")),
  ),
});
const changes = v.object({
  ChangeBatch: v.object({
    Changes: v.array(
      v.object({ Action: v.string(), ResourceRecordSet: v.object({ Name: v.string(), Type: v.string() }) }),
    ),
  }),
});

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html */
export function accessOf() {
  return { resourceOf, conditionKeysOf } satisfies CallAccess;
}

function resourceOf(operation: string, input: unknown): string | undefined {
  const zone = v.safeParse(onZone, input);
  return zone.success && operation !== "GetChange" ? `arn:aws:route53:::hostedzone/${zone.output.Id}` : undefined;
}

function conditionKeysOf(_operation: string, input: unknown): ConditionKeys {
  const parsed = v.safeParse(changes, input);
  if (!parsed.success) return {};
  const all = parsed.output.ChangeBatch.Changes;
  return {
    "route53:ChangeResourceRecordSetsActions": all.map(({ Action }) => Action),
    "route53:ChangeResourceRecordSetsRecordTypes": all.map(({ ResourceRecordSet }) => ResourceRecordSet.Type),
    "route53:ChangeResourceRecordSetsNormalizedRecordNames": all.map(({ ResourceRecordSet: { Name } }) =>
      Name.toLowerCase().replace(/\.$/, ""),
    ),
  };
}
