import { resolveNs } from "node:dns/promises";
import { createAws } from "#cli/aws.ts";
import type { StagePlan } from "#fleet";
import { askAws } from "#preflight/ask.ts";
import { PreflightError } from "./preflight.ts";

/** Asks AWS for what it would refuse after minutes, and stops before anything is created. */
export async function checkReadiness(
  plan: StagePlan,
  { profile }: { readonly profile: string | undefined },
  print: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Promise<void> {
  const aws = createAws({ region: plan.region, ...(profile !== undefined && { profile }) });
  const { obstacles, unasked } = await askAws({ plan, aws, resolveNs: plan.runsOn === "aws" ? resolveNs : undefined });
  aws.close();
  for (const line of unasked) print(line);
  if (obstacles.length === 0) return;
  const found = obstacles.map(({ evidence, remedy }) => `  ${evidence}\n    remedy: ${remedy}`);
  throw new PreflightError(
    [
      `Stage ${plan.stage} cannot be deployed yet. Nothing was created.`,
      ...found,
      `FLEET_PREFLIGHT=off npx sst deploy --stage ${plan.stage} deploys nevertheless.`,
    ].join("\n"),
  );
}
