import {
  CloudWatchClient,
  type CompositeAlarm,
  type DescribeAlarmsCommandInput,
  type MetricAlarm,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import { alarmNames, names, rateNames, type ServicePlan, type StagePlan } from "#fleet";
import { probeAlarm } from "#fleet/definition.ts";
import { didYouMean } from "#fleet/nearest.ts";
import { isSilent } from "#fleet/release-alarm.ts";
import { basisOf, type ThresholdBasis } from "#fleet/threshold-basis.ts";
import { isWaking } from "#fleet/waking.ts";
import { UsageError } from "../failure.ts";
import { type Deployed, shown } from "../stage.ts";

const serviceAlarms = [...alarmNames, ...rateNames, probeAlarm] as const;
type ServiceAlarm = (typeof serviceAlarms)[number];

/** An alarm of the stage; `service` and `kind` where it is one of those that every service has. */
export interface AlarmFacts {
  readonly name: string;
  readonly arn: string;
  /** Absent when several are combined. */
  readonly metric: string | undefined;
  readonly service: string | undefined;
  readonly kind: ServiceAlarm | undefined;
  readonly state: string;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  readonly reason: string;
  readonly threshold: number | undefined;
  /** As it was deployed: the map may have changed since. */
  readonly basis: ThresholdBasis | undefined;
  readonly wakes: boolean | undefined;
  /** In CloudWatch itself: its actions are disabled. */
  readonly muted: boolean;
  readonly actions: readonly string[];
}

/** Without the windows that `failedRequests` is made of. */
export async function readAlarms({ aws, plan }: Deployed): Promise<readonly AlarmFacts[]> {
  const found: (MetricAlarm & CompositeAlarm)[] = [];
  const input: DescribeAlarmsCommandInput = {
    AlarmNamePrefix: `${plan.stage}-mcp-`,
    AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
  };
  for await (const page of paginateDescribeAlarms({ client: aws.client(CloudWatchClient) }, input)) {
    found.push(...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? []));
  }
  const owners = new Map(
    plan.services.flatMap((service) =>
      serviceAlarms.map((kind) => [names.alarm(plan.stage, service.key, kind), { service, kind }]),
    ),
  );
  return found
    .filter(({ AlarmName = "" }) => !isSilent(AlarmName))
    .map((alarm) => facts(alarm, owners.get(alarm.AlarmName ?? "")));
}

function facts(
  alarm: MetricAlarm & CompositeAlarm,
  owner: { readonly service: ServicePlan; readonly kind: ServiceAlarm } | undefined,
): AlarmFacts {
  return {
    name: alarm.AlarmName ?? "",
    arn: alarm.AlarmArn ?? "",
    metric: alarm.MetricName,
    service: owner?.service.key,
    kind: owner?.kind,
    state: alarm.StateValue ?? "INSUFFICIENT_DATA",
    since: (alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp)?.getTime(),
    reason: alarm.StateReason ?? "",
    threshold: alarm.Threshold,
    basis: basisOf(alarm.AlarmDescription ?? ""),
    wakes: isWaking(alarm.AlarmDescription ?? ""),
    muted: alarm.ActionsEnabled === false,
    actions: alarm.AlarmActions ?? [],
  };
}

/** Whether it watches the road from the topic to the chats: `<stage>-mcp-chat-undelivered` and the like. */
export function isChatAlarm(name: string): boolean {
  return name.includes("-mcp-chat-") || name.includes("-mcp-alarm-to-chat-");
}

/** What a command is about that was given a name: the key of the service, or the whole name of the alarm. */
export function targetOf({ services }: StagePlan, wanted: string, found: readonly AlarmFacts[]): string {
  const service = services.find(({ key, host }) => key === wanted || host === wanted)?.key;
  return service ?? found[0]?.name ?? wanted;
}

/**
 * The alarm of that name, whole (`prod-mcp-google-workspace-errors5xx`) or short (`google-workspace-errors5xx`,
 * `google_workspace/errors5xx`), or all of the service of that key. Throws `UsageError` if there is neither.
 */
export async function findAlarms(stage: Deployed, wanted: string): Promise<readonly AlarmFacts[]> {
  const { plan } = stage;
  const all = await readAlarms(stage);
  const hosts = new Map(plan.services.map(({ key, host }) => [key, host]));
  const namesOf = ({ name, service, kind }: AlarmFacts) => [
    name,
    name.slice(`${plan.stage}-mcp-`.length),
    ...(service === undefined ? [] : [`${hosts.get(service)}-${kind}`]),
  ];
  const key = plan.services.find(({ host }) => host === wanted)?.key ?? wanted;
  const dashed = wanted.replaceAll(/[_/]/g, "-");
  const found = all.filter(
    (alarm) => alarm.service === key || namesOf(alarm).some((name) => name === wanted || name === dashed),
  );
  if (found.length > 0) return found;
  const hint = didYouMean(wanted, [
    ...plan.services.flatMap((service) => [service.key, service.host]),
    ...all.flatMap(namesOf),
  ]);
  throw new UsageError(
    `No alarm and no service ${shown(wanted)} in stage ${plan.stage}: see fleet alarms list. ${hint}`.trimEnd(),
  );
}
