import { createAws, isDenied } from "#cli/aws.ts";
import type { StagePlan } from "#fleet";
import { readAdoptedNetwork } from "#preflight/adopted-network.ts";
import { readStanding, readZones } from "#preflight/standing.ts";
import type { Ground } from "../parts/plan.ts";
import { PreflightError } from "./preflight.ts";

/** What is there already, which a deploy leaves where it is: without it, it would be another deploy. */
export async function readGround(
  plan: StagePlan,
  { profile }: { readonly profile: string | undefined },
): Promise<Ground> {
  const aws = createAws({ region: plan.region, ...(profile !== undefined && { profile }) });
  try {
    const [standing, zones, adoptedNetwork] = await Promise.all([
      readStanding({ plan, aws }),
      readZones({ aws }),
      readAdoptedNetwork({ aws }, plan.network.adopted),
    ]);
    return { standing, zones, adoptedNetwork };
  } catch (error) {
    if (!isDenied(error)) throw error;
    throw new PreflightError(
      `These credentials may not read what is deployed, which a deploy leaves where it is: ${error.message} Ask for the rights of ./fleet policy later --stage ${plan.stage}, or choose another AWS_PROFILE.`,
    );
  } finally {
    aws.close();
  }
}
