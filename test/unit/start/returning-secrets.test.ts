import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { openIdleCloud } from "@mcp-fleet/endpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planStage } from "#fleet";
import { ReturningSecrets } from "#start/watch/returning-secrets.ts";
import fixture from "../../fixture/map.ts";

const SecretId = "/local/mcp/splunk-admin";
const secrets = planStage(fixture, "local").secrets.filter(({ name }) => name === SecretId);
const first = JSON.stringify({
  SPLUNK_ADMIN_URL: "https://admin.splunk.com/replace-me/adminconfig/v2",
  SPLUNK_ADMIN_TOKEN: "replace-me",
});
const kept = JSON.stringify({ SPLUNK_ADMIN_URL: "https://kept.example.com", SPLUNK_ADMIN_TOKEN: "kept" });
const typed = JSON.stringify({ SPLUNK_ADMIN_URL: "https://typed.example.com", SPLUNK_ADMIN_TOKEN: "replace-me" });

let opened: Awaited<ReturnType<typeof openIdleCloud>>;
let client: SecretsManagerClient;
beforeAll(async () => {
  opened = await openIdleCloud();
  const credentials = { accessKeyId: "operator", secretAccessKey: "operator" };
  client = new SecretsManagerClient({ region: "us-east-1", endpoint: opened.cloud.place.endpointUrl, credentials });
});
afterAll(async () => {
  client.destroy();
  await opened.close();
});

describe("[STR-4] a secret that is taken out of the map and comes back while the fleet runs", () => {
  it.each([
    ["has its values again", first, kept, [SecretId]],
    ["keeps a value that somebody has set by then", typed, typed, []],
  ])("%s", async (_, meanwhile, expected, returned) => {
    const returning = new ReturningSecrets(opened);
    await client.send(new CreateSecretCommand({ Name: SecretId, SecretString: kept }));
    await returning.keep(secrets);
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: meanwhile }));
    expect(await returning.putBack(secrets)).toEqual(returned);
    expect((await client.send(new GetSecretValueCommand({ SecretId }))).SecretString).toBe(expected);
    await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  });
});
