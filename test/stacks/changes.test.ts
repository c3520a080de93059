import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type FleetDefinition, placedIn, planStage, type Standing } from "#fleet";
import { Fleet } from "#fleet/schema/fleet.ts";
import { judgeChanges } from "#preflight/questions/changes.ts";
import { standingOf } from "#preflight/standing.ts";
import { parseTemplate } from "#preflight/template.ts";
import { type Synthesis, synthesize } from "../synth/synth.ts";
import { deployedPart, refusedIn, rolls, updatesBetween } from "./changes/difference.ts";
import { base, before, edited, edits } from "./changes/edits.ts";
import { fieldsOf } from "./changes/fields.ts";

const document = readFileSync(join(import.meta.dirname, "../../docs/aws.md"), "utf8");
const [, section = ""] = document.split("\n## What a change does to a running stage\n");
const rows = [...(section.split("\n## ")[0]?.matchAll(/^\| `(?<field>[^`]+)` \| (?<does>[^|]+) \| /gm) ?? [])].map(
  ({ groups }) => ({ field: groups?.field ?? "", does: groups?.does?.trim() ?? "" }),
);

/** What `readStanding` finds once these templates are deployed. */
function standingIn(map: FleetDefinition, { stacks, stack }: Synthesis): Standing {
  const templates = new Map(
    [...stacks].map(([name, { document: body }]) => [name, parseTemplate(JSON.stringify(body))]),
  );
  const subnets = stack("Network")
    .all("AWS::EC2::Subnet")
    .map(({ id, Properties: { AvailabilityZone, CidrBlock } }) => [
      /(?:Public|Private)Subnet\d/.exec(id)?.[0],
      { zone: String(AvailabilityZone), cidr: String(CidrBlock) },
    ]);
  return standingOf(planStage(map, "prod"), templates, { subnets: Object.fromEntries(subnets), ownZone: "Z0OWN" });
}

const deployed = new Map<FleetDefinition, { readonly synthesis: Synthesis; readonly standing: Standing }>();
function deployedAs(map: FleetDefinition) {
  const synthesis = deployed.get(map)?.synthesis ?? synthesize("prod", map);
  const known = deployed.get(map) ?? { synthesis, standing: standingIn(map, synthesis) };
  deployed.set(map, known);
  return known;
}

/** What a deploy of the changed map does to a stage that runs as the first one says. */
function effectOf(runs: FleetDefinition, after: FleetDefinition): string {
  const { synthesis, standing } = deployedAs(runs);
  const was = planStage(runs, "prod");
  const plan = planStage(after, "prod", { placed: placedIn(standing) });
  if ([was.account, was.region, was.runsOn].join() !== [plan.account, plan.region, plan.runsOn].join())
    return "elsewhere";
  if (judgeChanges(plan, standing).length > 0) return "refused";
  if (deployedPart(was) === deployedPart(plan)) return "nothing";
  const next = synthesize("prod", after, standing);
  const updates = updatesBetween(synthesis, next);
  expect(refusedIn(updates, synthesis)).toEqual([]);
  if (standing.redisNodes !== plan.redis.nodes && repeats(after, next)) return "two steps";
  return rolls(updates) ? "rolls" : "in place";
}

/** Whether the same map, deployed again, changes something once more. */
function repeats(map: FleetDefinition, first: Synthesis): boolean {
  return updatesBetween(first, synthesize("prod", map, standingIn(map, first))).length > 0;
}

describe("[AWS-6] the table of what a change of each field does", () => {
  it("has every field of the map, once, and no other", () => {
    const covers = (row: string, field: string) =>
      row === field || (row.endsWith(".…") && `${field}.`.startsWith(row.slice(0, -1)));
    const fields = fieldsOf(Fleet);
    expect(fields.filter((field) => rows.filter((row) => covers(row.field, field)).length !== 1)).toEqual([]);
    expect(rows.filter((row) => !fields.some((field) => covers(row.field, field)))).toEqual([]);
    expect(rows.map(({ field }) => field).toSorted()).toEqual(Object.keys(edits).toSorted());
  });

  it.each(rows)("is right about $field: $does", ({ field, does }) => {
    const edit = edits[field];
    if (edit === undefined) throw new Error(`No edit of ${field} is tried.`);
    const deployedMap = before[field] ?? base;
    expect(effectOf(deployedMap, edited(edit, deployedMap))).toBe(does);
  });
});
