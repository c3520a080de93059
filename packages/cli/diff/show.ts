import type { Obstacle } from "#preflight/question.ts";
import { judgeChanges } from "#preflight/questions/changes.ts";
import { readStanding } from "#preflight/standing.ts";
import type { ExitCode } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { columns, fold } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { type Change, changesOf, placeChanges } from "./changes.ts";
import { readPresent } from "./read.ts";
import { readDeployPlan } from "./thresholds.ts";

const signs: Readonly<Record<Change["kind"], string>> = { add: "+", change: "~", remove: "-" };

export async function showDiff(stage: Stage, format: "text" | "json"): Promise<ExitCode> {
  const { terminal, plan } = stage;
  const { present, changes, refused } = await compare(stage, format);
  if (format === "json") {
    terminal.print(JSON.stringify({ stage: plan.stage, deployed: present.deployed, changes, refused }, undefined, 2));
    return 0;
  }
  if (!present.deployed)
    terminal.print(`Stage ${plan.stage} is not deployed: a deploy creates its network, its balancers, and`);
  for (const line of [...describeChanges(terminal, changes), ...describeRefused(terminal, refused)])
    terminal.print(line);
  if (refused.length > 0) terminal.print("✘ cannot be deployed: nothing is touched until the map says otherwise.");
  else if (changes.length === 0)
    terminal.print(`A deploy of ${plan.stage} would change nothing that the map determines.`);
  terminal.note(`npx sst diff --stage ${plan.stage} shows the templates themselves.`);
  return 0;
}

/** What a deploy would change, and what of it CloudFormation would refuse. */
export async function compare(stage: Stage, format: "text" | "json") {
  const { terminal } = stage;
  if (format === "text" && terminal.interactive) terminal.progress("Comparing the map with what is deployed…");
  const [standing, present] = await Promise.all([readStanding(stage), readPresent(stage)]);
  const wanted = await readDeployPlan(stage, standing);
  return {
    present,
    changes: [...changesOf(wanted, present), ...placeChanges(wanted, standing)],
    refused: judgeChanges(wanted, standing),
  };
}

/** Each with its remedy, in lines of at most 80 columns. */
export function describeRefused({ paint }: Pick<Terminal, "paint">, refused: readonly Obstacle[]): readonly string[] {
  return refused.flatMap(({ evidence, remedy }) => {
    const [first = "", ...more] = fold(`${evidence} ${remedy}`, columns - 2);
    return [`${paint.red("✘")} ${first}`, ...more.map((line) => `  ${line}`)];
  });
}

/** The changes one by one, in lines of at most 80 columns. */
export function describeChanges({ paint }: Pick<Terminal, "paint">, changes: readonly Change[]): readonly string[] {
  const colors = { add: paint.green, change: paint.yellow, remove: paint.red };
  return changes.flatMap(({ kind, text }) => {
    const [first = "", ...more] = fold(text, columns - 2);
    return [colors[kind](`${signs[kind]} ${first}`), ...more.map((line) => `  ${line}`)];
  });
}
