import { eachOf } from "#aws/batches.ts";
import { howToDeploy } from "#fleet/deploying.ts";
import type { Stage } from "../../stage.ts";
import { type Deployed, differencesOf } from "../../status/deployed.ts";
import type { ServiceFacts } from "../../status/facts.ts";
import { type Check, type Finding, type Report, skipped, warning } from "../check.ts";
import { describeDifference, isExplainedElsewhere } from "../explained-drift.ts";
import { type DriftedResource, detectDrift } from "../stack-drift.ts";

/** Of twenty a second: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html */
const definitionsAtOnce = 4;

/** What runs matches the map and the deployed stacks: no undeployed map, no manual changes. */
export const drift: Check = {
  id: "drift",
  ok: "What runs matches the map and the stacks.",
  async look({ stage, services: reading, deployedOf, patienceMs }, report) {
    const services = await reading;
    const [map, stacks] = await Promise.all([
      eachOf(services, async (facts) => compareWithMap(stage, facts, await deployedOf(facts)), definitionsAtOnce),
      compareWithStacks(stage, services, patienceMs, report),
    ]);
    return [...map.flat(), ...stacks];
  },
};

function compareWithMap(stage: Stage, facts: ServiceFacts, deployed: Deployed): readonly Finding[] {
  if (facts.service === undefined) return [];
  const differences = differencesOf(facts, deployed);
  if (differences.length === 0) return [];
  return [
    warning(
      `${facts.plan.key} differs from the map: ${differences.join("; ")}.`,
      `${howToDeploy(stage.plan)}, or change the map`,
    ),
  ];
}

async function compareWithStacks(
  stage: Stage,
  services: readonly ServiceFacts[],
  patienceMs: number | undefined,
  report: Report,
): Promise<readonly Finding[]> {
  const { drifted, unknown } = await detectDrift(stage, patienceMs, report);
  const findings = drifted.flatMap((resource) => judgeResource(resource, services));
  return [...findings, ...unknown.map((why) => skipped(why))];
}

export function judgeResource(resource: DriftedResource, services: readonly ServiceFacts[]): readonly Finding[] {
  const { logicalId, type, stack } = resource;
  const name = `${logicalId} (${type.split("::").slice(1).join(" ")}) of stack ${stack}`;
  const remedy = `Undo it by hand, or put it into the map and deploy: a deploy that changes nothing there leaves it. aws cloudformation describe-stack-resource-drifts --stack-name ${stack} shows both.`;
  if (resource.status === "DELETED")
    return isExplainedElsewhere(resource, undefined, services) ? [] : [warning(`${name} was deleted by hand.`, remedy)];
  const open = resource.differences.filter((difference) => !isExplainedElsewhere(resource, difference, services));
  if (open.length === 0) return [];
  return [warning(`${name} was changed by hand: ${open.map(describeDifference).join("; ")}.`, remedy)];
}
