import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Deployed } from "../stage.ts";

/** Who runs this: the user, or the session of a role, which is usually a person's name. */
export async function readAuthor({ aws }: Deployed): Promise<string> {
  const { Arn = "" } = await aws.client(STSClient).send(new GetCallerIdentityCommand({}));
  return Arn.split(/[:/]/).at(-1) || "somebody";
}
