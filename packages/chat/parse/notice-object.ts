import type { Severity } from "#fleet/definition.ts";
import { clip } from "../text/clip.ts";
import { present } from "./field.ts";
import { pick, plainName, type Scalar, scalarsOf } from "./scalars.ts";
import { severityOfLabel, severityOfState } from "./state-words.ts";

/** What a notice comes to. */
export interface NoticeReading {
  readonly title: string;
  readonly severity: Severity;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly text: string;
}

const headings = ["title", "headline", "alertname", "insightname"];
/** What it is about, the most telling first. */
const names = [
  ...["pipelinename", "pipeline", "jobname", "projectname", "repositoryname", "applicationname", "application"],
  ...["environmentname", "stackname", "stackid", "sourceidentifier", "sourceid", "dbinstanceidentifier"],
  ...["autoscalinggroupname", "ec2instanceid", "instanceid", "configrulename", "checkname", "commonname"],
  ...["statemachinearn", "budgetname", "dimensionalvalue", "clustername", "functionname", "resourcearn", "resourceid"],
  ...["documentname", "name", "eventtypecode", "service", "objectkey", "resource"],
];
/** Steps of a pipeline or a build, which stand behind its name. */
const steps = ["stage", "action", "completedphase"];
const stepped = /^(?:pipeline|project)/;
const states = [
  // A scan that completed says nothing of what it found.
  ...[
    "scanresultstatus",
    "state",
    "status",
    "buildstatus",
    "jobstatus",
    "scanstatus",
    "compliancetype",
    "resourcestatus",
    "statuscode",
  ],
  ...["newstate", "currentstate", "result", "syncstatus", "completedphasestatus", "lifecycletransition"],
  ...["eventtypecategory", "bouncetype", "notificationtype"],
];
const words = [
  ...["message", "eventmessage", "detailmessage", "latestdescription", "description", "statusmessage", "statusreason"],
  ...["resourcestatusreason", "externalexecutionsummary", "stoppedreason", "reason", "cause", "error", "errormessage"],
  ...["additionalinformation", "insightdescription", "failurecode", "syncfailure", "summary"],
];
const severityLabels = ["severitylabel", "severity", "insightseverity", "label"];

/** Fields that tell a person nothing. */
const dull =
  /^(?:version|id|messageid|signature|.*count(?:er)?type|.*token|requestid|.*(?:arn|hash|revision|version|timestamp|time|at|date|link|url)|detailtype|account|accountid|awsaccountid|region|source|archived|.*requestid|partition|detectorid|servicename|resourcerole)$/;
const mostFacts = 6;

/** As much of what an object says as a title has, where it has no state. */
const saidInTitle = 160;

/** How findings and alerts are over, whatever severity they had. */
const over = /^(?:closed|resolved|archived|passed|suppressed)$/i;
const overNames = new Set(["state", "status", "recordstate"]);

/**
 * Title, state and severity of an object whose shape nobody described: AWS's services name the same things in few
 * ways. Told as a sentence and a few facts instead of as JSON.
 *
 * @param kind what is reported, such as `Glue Job`; may be empty
 * @param resource an ARN of what it is about, for an object that does not say
 */
export function readObject(kind: string, value: unknown, resource?: string): NoticeReading {
  const scalars = scalarsOf(value);
  const heading = pick(scalars, headings);
  const name = pick(scalars, names);
  const state = pick(scalars, states);
  const said = pick(scalars, words);
  const label = scalars.find(isSeverityInWords) ?? pick(scalars, severityLabels);
  const along = !stepped.test(plainName(name?.name ?? "")) ? [] : steps.flatMap((step) => pick(scalars, [step]) ?? []);
  const about = [lastPart(name?.value ?? resource), ...along.map((step) => step.value)].filter(Boolean).join(", ");
  const short = said === undefined ? undefined : clip(said.value, saidInTitle);
  const title =
    heading === undefined
      ? [[kind, about].filter(Boolean).join(" "), state?.value ?? short].filter(Boolean).join(": ")
      : [kind, heading.value].filter(Boolean).join(": ");
  const ended = scalars.find((scalar) => overNames.has(plainName(scalar.name)) && over.test(scalar.value));
  const told =
    ended === undefined || title.toLowerCase().includes(ended.value.toLowerCase())
      ? title
      : `${title}: ${ended.value.toLowerCase()}`;
  // That a finding is active is why it is reported.
  const stated = /finding/i.test(kind) && state?.value === "ACTIVE" ? undefined : state?.value;
  return {
    title: told,
    severity: ended === undefined ? severityOf(label?.value, stated, said?.value) : "info",
    facts: factsOf(scalars, new Set([heading, name, state, said, label, ended, ...along])),
    text: said?.value ?? "",
  };
}

/** `"severity": {"score": 3, "description": "High"}` */
function isSeverityInWords({ name, within }: Scalar): boolean {
  return within.toLowerCase() === "severity" && /^(?:description|label)$/i.test(name);
}

/** A label says more than a state, unless it is only the level of a log: a failure is one whoever logs it. */
function severityOf(label: string | undefined, state: string | undefined, said: string | undefined): Severity {
  const stated = state === undefined ? undefined : severityOfState(state);
  const labelled = label === undefined ? undefined : severityOfLabel(label);
  return labelled ?? stated ?? severityOfState(said ?? "") ?? "warning";
}

function factsOf(scalars: readonly Scalar[], used: ReadonlySet<Scalar | undefined>): NoticeReading["facts"] {
  const isNew = (scalar: Scalar) => !used.has(scalar) && ![...used].some((one) => one?.value === scalar.value);
  // Causes are told however deep they are, as an error may be wrapped in others.
  const causes = scalars.filter(({ name }) => words.includes(plainName(name)));
  const telling = scalars.filter(({ depth, name }) => depth <= 2 && !dull.test(plainName(name)));
  const told = [...new Set([...causes, ...telling])].filter(isNew).slice(0, mostFacts);
  return [...told.map(({ name, value }) => ({ name: spelledOut(name), value })), ...placeFact(scalars, {})];
}

/** The account and region that an object names, or else those of its event. */
export function placeFact(
  scalars: readonly Scalar[],
  event: { readonly account?: string | undefined; readonly region?: string },
): NoticeReading["facts"] {
  const account = pick(scalars, ["affectedaccount", "account", "accountid", "awsaccountid", "awsaccount"])?.value;
  const region = pick(scalars, ["region", "awsregion", "eventregion"])?.value;
  const place = [account ?? event.account, region ?? event.region].filter(Boolean).join(", ");
  return place === "" ? [] : [{ name: "Account", value: place }];
}

/** `deploymentGroupName` is "Deployment group name" to a reader. */
function spelledOut(name: string): string {
  const words = name
    .slice(0, 60)
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `arn:aws:ec2:us-west-1:123456789012:volume/vol-0a1` is `volume/vol-0a1` to a reader. */
function lastPart(value: string | undefined): string | undefined {
  const name = present(value);
  return /^arn:/.test(name ?? "") ? name?.split(":").slice(5).join(":") : name;
}
