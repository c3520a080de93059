import type { Severity } from "#fleet/definition.ts";
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

const headings = ["title", "headline", "alertname"];
/** What it is about, the most telling first. */
const names = [
  ...["pipelinename", "pipeline", "jobname", "projectname", "repositoryname", "applicationname", "application"],
  ...["environmentname", "stackname", "stackid", "sourceidentifier", "sourceid", "dbinstanceidentifier"],
  ...["autoscalinggroupname", "ec2instanceid", "instanceid", "configrulename", "checkname", "commonname"],
  ...["statemachinearn", "budgetname", "dimensionalvalue", "clustername", "functionname", "resourcearn", "resourceid"],
  ...["name", "eventtypecode", "service"],
];
const states = [
  ...["state", "status", "buildstatus", "jobstatus", "scanstatus", "compliancetype", "resourcestatus", "statuscode"],
  ...["newstate", "currentstate", "eventtypecategory", "bouncetype", "notificationtype"],
];
const words = [
  ...["message", "eventmessage", "detailmessage", "latestdescription", "description", "statusmessage", "statusreason"],
  ...["resourcestatusreason", "stoppedreason", "reason", "cause", "error", "errormessage", "summary"],
];
const severityLabels = ["severitylabel", "severity", "label"];

/** Fields that tell a person nothing. */
const dull =
  /^(?:version|id|messageid|signature|.*count(?:er)?type|.*token|requestid|.*(?:arn|hash|revision|version|timestamp|time|at|date|link|url)|detailtype|account|accountid|awsaccountid|region|source|type|.*requestid)$/;
const mostFacts = 6;

/**
 * Title, state and severity of an object whose shape nobody described: AWS's services name the same things in few
 * ways. Told as a sentence and a few facts instead of as JSON.
 *
 * @param kind what is reported, such as `Glue Job`
 */
export function readObject(kind: string, value: unknown): NoticeReading {
  const scalars = scalarsOf(value);
  const heading = pick(scalars, headings);
  const name = pick(scalars, names);
  const state = pick(scalars, states);
  const said = pick(scalars, words);
  const label = pick(scalars, severityLabels);
  const used = new Set([heading, name, state, said, label]);
  const about = [kind, lastPart(name?.value)].filter(Boolean).join(" ");
  const short = said !== undefined && said.value.length <= 160 ? said.value : undefined;
  return {
    title:
      heading === undefined ? [about, state?.value ?? short].filter(Boolean).join(": ") : `${kind}: ${heading.value}`,
    severity: severityOf(label?.value, state?.value, said?.value),
    facts: factsOf(scalars, used),
    text: said?.value ?? "",
  };
}

/** A label says more than a state, unless it is only the level of a log: a failure is one whoever logs it. */
function severityOf(label: string | undefined, state: string | undefined, said: string | undefined): Severity {
  const stated = state === undefined ? undefined : severityOfState(state);
  const labelled = label === undefined ? undefined : severityOfLabel(label);
  return labelled ?? stated ?? severityOfState(said ?? "") ?? "warning";
}

function factsOf(scalars: readonly Scalar[], used: ReadonlySet<Scalar | undefined>): NoticeReading["facts"] {
  const account = pick(scalars, ["account", "accountid", "awsaccountid", "awsaccount"])?.value;
  const region = pick(scalars, ["region", "awsregion", "eventregion"])?.value;
  const place = [account, region].filter(Boolean).join(", ");
  const telling = scalars.filter(
    (scalar) => scalar.depth <= 2 && !used.has(scalar) && !dull.test(plainName(scalar.name)),
  );
  return [
    ...telling.slice(0, mostFacts).map(({ name, value }) => ({ name: spelledOut(name), value })),
    ...(place === "" ? [] : [{ name: "Account", value: place }]),
  ];
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
