import * as v from "valibot";
import { readCostAnomaly } from "./cost-anomaly.ts";
import type { BusEvent } from "./envelope.ts";
import { number, text } from "./field.ts";
import { type NoticeReading, placeFact, readObject } from "./notice-object.ts";
import { scalarsOf } from "./scalars.ts";

/** `Glue Job State Change` reports of a Glue job, `EC2 Instance State-change Notification` of an EC2 instance. */
function kindOf({ "detail-type": type }: BusEvent): string {
  const words = type.slice(0, 200).trim();
  return (
    words.replace(/(?: State[- ]change| Status[- ]Change| Change| Notification| Notice| Event| - Imported)+$/i, "") ||
    words
  );
}

const EcrScan = v.object({
  "repository-name": v.string(),
  "image-tags": v.fallback(v.array(v.string()), []),
  "finding-severity-counts": v.fallback(v.record(v.string(), v.number()), {}),
  "scan-status": text,
});

/**
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html, and Inspector's enhanced scans:
 * https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html
 */
function readEcrScan(detail: unknown): NoticeReading | undefined {
  const parsed = v.safeParse(EcrScan, detail);
  if (!parsed.success) return undefined;
  const { "repository-name": repository, "image-tags": tags, "finding-severity-counts": counts } = parsed.output;
  const found = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNTRIAGED", "UNDEFINED"].flatMap((level) =>
    (counts[level] ?? 0) > 0 ? [`${counts[level]} ${level.toLowerCase()}`] : [],
  );
  const failed = parsed.output["scan-status"] === "FAILED";
  // Inspector says which repository by its ARN.
  const image = [repository.replace(/^arn:.*:repository\//, ""), ...tags.slice(0, 1)].join(":");
  const outcome = failed ? "FAILED" : found.length > 0 ? `found ${found.join(", ")}` : "found nothing";
  const severe = (counts.CRITICAL ?? 0) > 0 || failed ? "critical" : (counts.HIGH ?? 0) > 0 ? "warning" : "info";
  return { title: `ECR scan of ${image}: ${outcome}`, severity: severe, facts: [], text: "" };
}

const Health = v.object({
  service: v.string(),
  eventTypeCode: v.string(),
  eventTypeCategory: text,
  statusCode: text,
  startTime: text,
  eventDescription: v.fallback(v.array(v.object({ language: text, latestDescription: v.string() })), []),
  affectedEntities: v.fallback(v.array(v.object({ entityValue: v.string() })), []),
});

/** How many of what is affected are named. */
const named = 5;

/** https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html */
function readHealth(detail: unknown): NoticeReading | undefined {
  const parsed = v.safeParse(Health, detail);
  if (!parsed.success) return undefined;
  const { service, eventTypeCode, eventTypeCategory, statusCode, startTime, affectedEntities } = parsed.output;
  const what = eventTypeCode
    .replace(/^AWS_/, "")
    .replace(new RegExp(`^${service.replace(/\W/g, "")}_`), "")
    .replaceAll("_", " ");
  const descriptions = parsed.output.eventDescription;
  const [category, over] = [eventTypeCategory ?? "issue", statusCode === "closed"];
  const severity = over || category === "accountNotification" ? "info" : category === "issue" ? "critical" : "warning";
  return {
    title: `AWS Health, ${service}: ${what.toLowerCase()}, ${statusCode ?? "open"}`,
    severity,
    facts: [
      { name: "Category", value: category },
      ...(category === "scheduledChange" && startTime ? [{ name: "Starts", value: startTime }] : []),
      ...affectedEntities.slice(0, named).map(({ entityValue }) => ({ name: "Affected", value: entityValue })),
      ...(affectedEntities.length > named
        ? [{ name: "Affected", value: `and ${affectedEntities.length - named} more` }]
        : []),
    ],
    text: (descriptions.find(({ language }) => language?.startsWith("en")) ?? descriptions[0])?.latestDescription ?? "",
  };
}

const Instance = v.object({
  ec2InstanceId: text,
  containerInstanceArn: v.string(),
  status: text,
  agentConnected: v.fallback(v.optional(v.boolean()), undefined),
  clusterArn: text,
  runningTasksCount: number,
});

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html */
function readContainerInstance(detail: unknown): NoticeReading | undefined {
  const parsed = v.safeParse(Instance, detail);
  if (!parsed.success) return undefined;
  const { ec2InstanceId, containerInstanceArn, status, agentConnected, clusterArn } = parsed.output;
  const lost = agentConnected === false;
  const name = ec2InstanceId ?? containerInstanceArn.split("/").at(-1) ?? "";
  const state = lost ? "its agent is disconnected" : (status ?? "changed");
  return {
    title: `ECS container instance ${name}: ${state}`,
    severity: lost || (status != null && status !== "ACTIVE") ? "warning" : "info",
    facts: clusterArn == null ? [] : [{ name: "Cluster", value: clusterArn.split("/").at(-1) ?? clusterArn }],
    text: "",
  };
}

const ApiCall = v.object({
  eventSource: v.string(),
  eventName: v.string(),
  userIdentity: v.fallback(v.object({ arn: text, userName: text, invokedBy: text }), {
    arn: undefined,
    userName: undefined,
    invokedBy: undefined,
  }),
  sourceIPAddress: text,
  errorCode: text,
  errorMessage: text,
});

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
function readApiCall(detail: unknown): NoticeReading | undefined {
  const parsed = v.safeParse(ApiCall, detail);
  if (!parsed.success) return undefined;
  const { eventSource, eventName, userIdentity, sourceIPAddress, errorCode, errorMessage } = parsed.output;
  const who = userIdentity.arn?.split(":").slice(5).join(":") ?? userIdentity.userName ?? userIdentity.invokedBy;
  const call = `${eventSource.split(".")[0]} ${eventName}${who ? ` by ${who}` : ""}`;
  return {
    title: `CloudTrail: ${call}${errorCode ? `: ${errorCode}` : ""}`,
    severity: "warning",
    facts: sourceIPAddress ? [{ name: "From", value: sourceIPAddress }] : [],
    text: errorMessage ?? "",
  };
}

const described: Readonly<Record<string, (detail: unknown) => NoticeReading | undefined>> = {
  "ECR Image Scan": readEcrScan,
  "Inspector2 Scan": readEcrScan,
  "AWS Health Event": readHealth,
  "AWS Health Abuse Event": readHealth,
  "AWS API Call via CloudTrail": readApiCall,
  "AWS Console Sign In via CloudTrail": readApiCall,
  "AWS Service Event via CloudTrail": readApiCall,
  "Anomaly Detected": readCostAnomaly,
  "ECS Container Instance State Change": readContainerInstance,
};

/** An event of another service of AWS as title, state and severity. */
export function readAwsEvent(event: BusEvent): NoticeReading {
  const own = described[event["detail-type"]]?.(event.detail);
  const read = own ?? readObject(kindOf(event), event.detail, event.resources[0]);
  const facts = read.facts.filter(({ name }) => name !== "Account");
  return { ...read, facts: [...facts, ...placeFact(scalarsOf(event.detail), event)] };
}
