import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { StagePlan } from "#fleet";

/** Why a command must not start, worded for the operator who typed it. */
export class PreflightError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PreflightError";
  }
}

export interface Surroundings {
  readonly profile: string | undefined;
  readonly region: string | undefined;
  /** `AWS_ENDPOINT_URL` */
  readonly endpointUrl: string | undefined;
}

/** Stops before anything is built or deployed when the stage and what it would be deployed with do not fit. */
export async function checkSurroundings(plan: StagePlan, surroundings: Surroundings): Promise<void> {
  if (surroundings.region !== undefined && surroundings.region !== plan.region) {
    throw new PreflightError(
      `Stage ${plan.stage} is in ${plan.region}, not in ${surroundings.region}. Leave out --region, or change stages.${plan.stage}.region in fleet.config.ts.`,
    );
  }
  if (plan.runsOn === "loopback") return checkEndpoint(plan, surroundings);
  const account = await readAccount(plan, surroundings);
  if (account === plan.account) return;
  throw new PreflightError(
    `Stage ${plan.stage} belongs to account ${plan.account}, and these credentials to ${account}. Use a profile of ${plan.account} (AWS_PROFILE=… or --profile), or change stages.${plan.stage}.account in fleet.config.ts.`,
  );
}

function checkEndpoint({ stage }: StagePlan, { endpointUrl }: Surroundings): void {
  if (endpointUrl !== undefined && URL.parse(endpointUrl)?.hostname === "127.0.0.1") return;
  throw new PreflightError(
    `Stage ${stage} runs on this machine, against the endpoint that npm start brings up: run npm start instead. (AWS_ENDPOINT_URL is ${endpointUrl ?? "not set"}; it must be an address on 127.0.0.1.)`,
  );
}

async function readAccount({ stage, region }: StagePlan, { profile }: Surroundings): Promise<string | undefined> {
  const client = new STSClient({ region, ...(profile !== undefined && { profile }) });
  try {
    return (await client.send(new GetCallerIdentityCommand({}))).Account;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const named = profile ?? process.env.AWS_PROFILE;
    const remedy =
      named === undefined
        ? "set AWS_PROFILE, or run aws sso login or aws configure"
        : `profile ${named} gives none. Choose one that aws configure list-profiles names, or run aws sso login --profile ${named}`;
    throw new PreflightError(`No working AWS credentials, and stage ${stage} needs them: ${remedy}. (${reason})`);
  } finally {
    client.destroy();
  }
}

/** FIX-2: a protected stage is not removed halfway. */
export function checkRemoval({ stage, deletionProtection }: StagePlan): void {
  if (!deletionProtection) return;
  throw new PreflightError(
    [
      `Stage ${stage} is protected from deletion: stages.${stage}.deletionProtection is true. Nothing was removed.`,
      `To remove it: set stages.${stage}.deletionProtection to false in fleet.config.ts, then run`,
      `  npx sst deploy --stage ${stage}`,
      `  npx sst remove --stage ${stage}`,
    ].join("\n"),
  );
}
