import { readCostAnomaly } from "./cost-anomaly.ts";
import type { Arrival } from "./envelope.ts";
import { present } from "./field.ts";
import { type NoticeReading, readObject } from "./notice-object.ts";
import { mostFields, pick, plainName, scalarsOf } from "./scalars.ts";
import { severityOfState } from "./state-words.ts";

/** Which service sent this JSON to a topic, by fields that only it has; the first that fits. */
const senders: readonly (readonly [fields: readonly string[], kind: string])[] = [
  [["autoscalinggroupname", "event"], "Auto Scaling"],
  [["deploymentid", "applicationname"], "CodeDeploy"],
  [["pipelinename", "approvalreviewlink"], "CodePipeline approval of"],
  [["s3schemaversion", "eventname"], "S3"],
];

const unrecognized = "Unrecognized message";

/** What another service of AWS, or anybody else, published to a topic. */
export function readAwsMessage({ json, text, subject, attributes }: Arrival): NoticeReading {
  if (typeof json === "object" && json !== null) return readJson(json, text, subject);
  return readText(text, subject, attributes);
}

function readJson(json: object, text: string, subject: string | undefined): NoticeReading {
  const fields = Object.entries(json).slice(0, mostFields);
  const names = new Set([...scalarsOf(json), ...fields.map(([name]) => ({ name }))].map(({ name }) => plainName(name)));
  const known = readKnown(json, fields, names, subject);
  if (known !== undefined) return known;
  const kind = senders.find(([fields]) => fields.every((field) => names.has(field)))?.[1] ?? subject ?? "";
  const read = readObject(kind, json);
  if (read.title !== (subject ?? "")) return read;
  return { ...read, title: subject ?? unrecognized, facts: [], text: read.text || text };
}

/** A message of a service that has a shape of its own. */
function readKnown(
  json: object,
  fields: readonly (readonly [name: string, value: unknown])[],
  names: ReadonlySet<string>,
  subject: string | undefined,
): NoticeReading | undefined {
  const cache = fields.find(([name]) => name.startsWith("ElastiCache:"));
  if (cache !== undefined) return readElastiCache(cache[0].slice("ElastiCache:".length), String(cache[1]));
  const source = fields.find(([name]) => plainName(name) === "eventsource")?.[1];
  if (typeof source === "string" && names.has("eventmessage")) return readDatabase(source, json);
  if (names.has("autoscalinggroupname") && "Event" in json) return readAutoScaling(json, subject);
  if (names.has("anomalyid")) return readCostAnomaly(json);
  return names.has("mail") && (names.has("notificationtype") || names.has("eventtype")) ? readMail(json) : undefined;
}

/** https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html */
function readMail(json: object): NoticeReading {
  const scalars = scalarsOf(json);
  const [what, to] = [pick(scalars, ["notificationtype", "eventtype"]), pick(scalars, ["emailaddress", "destination"])];
  const title = `SES: ${what?.value}${to === undefined ? "" : ` of a mail to ${to.value}`}`;
  const wrong = /^(?:bounce|complaint|reject|rendering)/i.test(what?.value ?? "");
  const why = pick(scalars, ["diagnosticcode", "complaintfeedbacktype", "reason", "errormessage"])?.value ?? "";
  return { ...readObject("SES", json), title, severity: wrong ? "warning" : "info", text: why };
}

/** `CacheNodeReplaceStarted` of a node. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ElastiCacheSNS.html */
function readElastiCache(event: string, node: string): NoticeReading {
  const words = event.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  const title = `ElastiCache ${node}: ${words === "elasticache event" ? "reports an event" : words}`;
  return { title, severity: severityOfState(words) ?? "info", facts: [], text: "" };
}

/** RDS, DMS and Redshift. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.html */
function readDatabase(source: string, json: object): NoticeReading {
  const read = readObject(source, json);
  const link = scalarsOf(json)
    .map(({ value }) => value)
    .join(" ");
  const service = /\bdms\b|DMS-EVENT/.test(link) ? "DMS" : /\bredshift\b/i.test(link) ? "Redshift" : "RDS";
  const name = pick(scalarsOf(json), ["sourceid"])?.value;
  const title = [service, source, name].filter(Boolean).join(" ");
  const severity = severityOfState(read.text) ?? "info";
  return { ...read, title: `${title}: ${read.text}`, severity, text: "" };
}

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-sns-notifications.html */
function readAutoScaling(json: object, subject: string | undefined): NoticeReading {
  const read = readObject("Auto Scaling group", json);
  const fields = new Map(scalarsOf(json).map(({ name, value }) => [name, value]));
  const event = (fields.get("Event") ?? "").replace(/^autoscaling:/, "");
  const what = fields.get("Description") ?? subject ?? event;
  const state = fields.get("StatusCode");
  const title = `Auto Scaling group ${fields.get("AutoScalingGroupName")}: ${what}`;
  const severity = severityOfState(event) === "critical" ? "critical" : (severityOfState(state ?? "") ?? "info");
  const facts = [...(state === undefined ? [] : [{ name: "State", value: state }]), { name: "Event", value: event }];
  return { ...read, title, severity, facts, text: fields.get("Cause") ?? "" };
}

/** `Key='value'` of CloudFormation, `Key: value` of Elastic Beanstalk and Budgets. */
const field = /^[ \t]{0,8}([A-Z][A-Za-z ]{1,40}?)(?:='([^'\n]{0,500})'|:[ \t]{1,8}([^\n]{1,500}))$/gm;

function readText(text: string, subject: string | undefined, attributes: Arrival["attributes"]): NoticeReading {
  const beginning = text.slice(0, 8_000);
  const found = [...beginning.matchAll(field)].map(
    ([, name = "", quoted, bare]) => [name, quoted ?? bare ?? ""] as const,
  );
  const fields = new Map(found);
  const stack = fields.get("StackName");
  const status = fields.get("ResourceStatus");
  if (stack !== undefined && status !== undefined) return readStack(fields, stack, status);
  const message = fields.get("Message");
  const environment = fields.get("Environment");
  if (message !== undefined && environment !== undefined) {
    const title = `Elastic Beanstalk ${environment}: ${message}`;
    const facts = ["Application", "Environment URL"].flatMap((name) => factOf(name, fields.get(name)));
    return { title, severity: severityOfState(message) ?? "info", facts, text: "" };
  }
  const budget = fields.get("Budget Name");
  if (budget !== undefined) return readBudget(fields, budget, subject);
  const job = readJob(beginning, subject, attributes);
  if (job !== undefined) return { ...job, text };
  const heading = subject ?? firstLine(beginning);
  return { title: heading ?? unrecognized, severity: severityOfText(subject ?? ""), facts: [], text };
}

/**
 * A job of AWS Backup. Delivered raw, it has no attributes: its first sentence says the same.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html
 */
function readJob(
  beginning: string,
  subject: string | undefined,
  { State, EventType = "BACKUP_JOB" }: Arrival["attributes"],
): NoticeReading | undefined {
  const sentence = /^Notification from AWS /.test(subject ?? "") ? /^[^.\n]{1,160}/.exec(beginning)?.[0] : undefined;
  const state = State ?? sentence;
  if (state === undefined) return undefined;
  const resource = /Resource ARN\s?: arn:[\w-]{1,20}:[\w-]{1,40}:[\w-]{0,30}:\d{0,12}:([\w:/.-]{1,200}\w)/.exec(
    beginning,
  )?.[1];
  const service = subject?.replace(/^Notification from /, "") ?? "Job";
  // A backup is what it is unless it says otherwise.
  const what = EventType === "BACKUP_JOB" ? "" : EventType.toLowerCase().replaceAll("_", " ");
  const title = `${[service, what, resource].filter(Boolean).join(" ")}: ${state}`;
  return { title, severity: severityOfState(state) ?? "warning", facts: [], text: "" };
}

function readStack(fields: ReadonlyMap<string, string>, stack: string, status: string): NoticeReading {
  const resource = fields.get("LogicalResourceId");
  const facts = [
    ...(resource === stack ? [] : factOf("Resource", resource)),
    ...factOf("Type", fields.get("ResourceType")),
  ];
  const text = fields.get("ResourceStatusReason") ?? "";
  return { title: `CloudFormation ${stack}: ${status}`, severity: severityOfState(status) ?? "warning", facts, text };
}

/** https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html */
function readBudget(fields: ReadonlyMap<string, string>, budget: string, subject: string | undefined): NoticeReading {
  const amounts = [...fields].filter(([name]) => /Amount$|^Alert Threshold$/.test(name));
  const facts = [["Budget", budget] as const, ...amounts].flatMap(([name, value]) => factOf(name, value));
  return {
    title: subject ?? `AWS Budgets: ${budget} has reached an alert threshold`,
    severity: "warning",
    facts,
    text: "",
  };
}

function factOf(name: string, value: string | undefined): NoticeReading["facts"] {
  return present(value) === undefined ? [] : [{ name, value: value ?? "" }];
}

/** A person's subject is news as it is; one that says that something went well is no warning. */
function severityOfText(subject: string): NoticeReading["severity"] {
  return severityOfState(subject) === "info" ? "info" : "warning";
}

function firstLine(text: string): string | undefined {
  const line = text.split("\n", 1)[0]?.trim();
  return line === undefined || line === "" || line.length > 120 || line === text.trim() ? undefined : line;
}
