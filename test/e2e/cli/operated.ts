import { CreateRepositoryCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect, vi } from "vitest";
import type { FleetDefinition } from "#fleet";
import { operatorOf } from "../../stage/operator.ts";
import { type FleetStage, openStage } from "../../stage/stage.ts";
import { repositoryName } from "./map.ts";

export const clientId = "123456789012-fleet.apps.googleusercontent.com";
/** What the secret of Google's OAuth client holds. */
export const googleClient = { GOOGLE_OAUTH_CLIENT_ID: clientId, GOOGLE_OAUTH_CLIENT_SECRET: "client-secret" };
export const topic = "arn:aws:sns:us-east-1:000000000000:MCPAlerts";
export const key = "google_workspace";

/** A fleet as an operator has it after the first day: deployed, its secrets set, its tasks on them. */
export interface OperatedFleet {
  readonly map: FleetDefinition;
  readonly stage: FleetStage;
  readonly fleet: ReturnType<typeof operatorOf>;
  readonly secrets: SecretsManagerClient;
  readonly hecToken: string;
  /** Puts values into a secret of the stage, as an operator does. */
  put(secret: string, values: Readonly<Record<string, string>>): Promise<unknown>;
  /** Until the fleet has rolled by itself what uses a secret that was changed. */
  awaitSettled(): Promise<void>;
}

export async function openOperatedFleet(map: FleetDefinition): Promise<OperatedFleet> {
  const stage = await openStage(map);
  await new ECRClient(stage.client).send(new CreateRepositoryCommand({ repositoryName }));
  await pushImage(stage, '{"layers":["one"]}');
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
  await put("chat", chats.secret);
  await awaitSettled();
  return { map, stage, fleet, secrets, hecToken, put, awaitSettled };
}

/** Lets the tag of the service mean another image; tasks that run are not changed by it. */
export function pushImage({ client }: FleetStage, imageManifest: string): Promise<unknown> {
  return new ECRClient(client).send(new PutImageCommand({ repositoryName, imageManifest, imageTag: "latest" }));
}
