import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { expect, vi } from "vitest";
import type { FleetDefinition } from "#fleet";
import { type FleetStage, openStage } from "../fleet/stage.ts";
import { operatorOf } from "./operator.ts";

export const clientId = "123456789012-fleet.apps.googleusercontent.com";
/** What the secret of Google's OAuth client holds. */
export const googleClient = { GOOGLE_OAUTH_CLIENT_ID: clientId, GOOGLE_OAUTH_CLIENT_SECRET: "client-secret" };
export const topic = "arn:aws:sns:us-east-1:000000000000:MCPAlerts";
export const key = "google_workspace";

/** A fleet as an operator has it after the first day: deployed, its secrets set, its tasks on them. */
export interface OperatedFleet {
  readonly stage: FleetStage;
  readonly fleet: ReturnType<typeof operatorOf>;
  readonly secrets: SecretsManagerClient;
  readonly hecToken: string;
  /** Puts values into a secret of the stage, as an operator does. */
  put(secret: string, values: Readonly<Record<string, string>>): Promise<unknown>;
  /** Until the fleet has rolled by itself what uses a secret that was changed. */
  awaitSettled(): Promise<void>;
}

/** @param prepare what is to be there before the first deploy */
export async function openOperatedFleet(
  map: FleetDefinition,
  prepare: (stage: FleetStage) => Promise<unknown> = async () => undefined,
): Promise<OperatedFleet> {
  const stage = await openStage(map);
  await prepare(stage);
  const fleet = operatorOf(stage, map);
  const secrets = new SecretsManagerClient(stage.client);
  const put: OperatedFleet["put"] = (secret, values) =>
    secrets.send(new PutSecretValueCommand({ SecretId: `/local/mcp/${secret}`, SecretString: JSON.stringify(values) }));
  const awaitSettled = async () => {
    const settled = /google_workspace\s+1\/1\s+1 healthy\s+complete\s+current/;
    await vi.waitFor(async () => expect((await fleet(["status"])).out).toMatch(settled), {
      timeout: 60_000,
      interval: 250,
    });
  };
  await stage.deploy(map);
  const { chats, google, hec } = stage.fleet;
  google.putClient({ id: clientId, secrets: ["client-secret"], redirectUris: [] });
  const hecToken = hec.createToken({ name: "fleet", indexes: ["mcp_audit"] }).token;
  await put("google-oauth", googleClient);
  await put("splunk", { SPLUNK_HEC_URL: hec.url, SPLUNK_HEC_TOKEN: hecToken, OLD_NAME: "old" });
  await put("notes", { NOTE: "one", OTHER: "other" });
  if (map.chat === undefined) await subscribeSomebody(stage);
  else await put(map.chat.secret, chats.secret);
  await awaitSettled();
  return { stage, fleet, secrets, hecToken, put, awaitSettled };
}

/** Without chats nobody hears of alarms, unless somebody subscribes. */
function subscribeSomebody({ client }: FleetStage): Promise<unknown> {
  const Endpoint = "arn:aws:sqs:us-east-1:000000000000:alarms";
  return new SNSClient(client).send(new SubscribeCommand({ TopicArn: topic, Protocol: "sqs", Endpoint }));
}
