import { CreateSecretCommand, DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, describe, expect, it, vi } from "vitest";
import { secretStore } from "#rotation/aws/secret-store.ts";
import { parseValue, sameText, survivesRewriting } from "#rotation/value.ts";
import { serveSecretsManager } from "../../endpoint/serve.ts";
import { World } from "./world/world.ts";

const hour = 60 * 60_000;
const worlds: World[] = [];
const outcomes = (stage: World) => stage.notices.map(({ outcome }) => outcome);

async function world(options: Parameters<typeof World.create>[0] = {}): Promise<World> {
  const made = await World.create(options);
  worlds.push(made);
  return made;
}
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(worlds.splice(0).map((one) => one.stop()));
});

/** What people put into a secret that nobody issues is theirs to choose. */
describe("a value of another kind than texts under keys", () => {
  it.each([
    ["a number", { SecretString: '{"KEY":"v","PORT":8088}' }, { SecretString: '{"KEY":"v","PORT":8089}' }],
    ["a nested object", { SecretString: '{"KEY":{"a":[1]}}' }, { SecretString: '{"KEY":{"a":[2]}}' }],
    ["true and null", { SecretString: '{"ON":true,"NONE":null}' }, { SecretString: '{"ON":null,"NONE":true}' }],
    ["plain text", { SecretString: "-----BEGIN CERTIFICATE-----" }, { SecretString: "another" }],
    ["an array", { SecretString: "[1]" }, { SecretString: "[2]" }],
    ["binary", { SecretBinary: Buffer.from([0, 1]) }, { SecretBinary: Buffer.from([0, 2]) }],
  ])("[ROT-2] is rolled once each time it changes, and settled: %s", async (_what, one, other) => {
    const stage = await world();
    for (const held of [one, other]) {
      await stage.secrets.ask("PutSecretValue", { SecretId: "/prod/mcp/keys", ...held });
      await stage.clock.pass(hour);
    }
    expect(stage.services.rolls).toEqual(["two", "two"]);
    expect(outcomes(stage)).toEqual(["settled", "settled"]);
  });

  it("[ROT-2] is not rolled when the same is put again", async () => {
    const stage = await world();
    const put = (SecretBinary: Buffer) =>
      stage.secrets.ask("PutSecretValue", { SecretId: "/prod/mcp/keys", SecretBinary });
    await put(Buffer.from([7]));
    await stage.clock.pass(hour);
    await put(Buffer.from([7]));
    await stage.clock.pass(hour);
    expect(stage.services.rolls).toEqual(["two"]);
  });

  it("[ROT-5] is put back when services fail on it, also where the one before was plain text", async () => {
    let isBad = false;
    const stage = await world({ crashesOn: () => isBad });
    const put = (held: object) => stage.secrets.ask("PutSecretValue", { SecretId: "/prod/mcp/keys", ...held });
    await put({ SecretString: "plain" });
    await stage.clock.pass(hour);
    isBad = true;
    await put({ SecretBinary: Buffer.from([0, 1]) });
    while (!outcomes(stage).includes("rejected")) await stage.clock.pass(1_000);
    isBad = false;
    await stage.clock.pass(hour);
    expect(outcomes(stage)).toEqual(["settled", "rejected", "restored"]);
    const { versions, arn } = await stage.secrets.store.describe("/prod/mcp/keys");
    const current = versions.find(({ labels }) => labels.includes("AWSCURRENT"))?.id ?? "";
    expect(await stage.secrets.store.read(arn, current)).toBe("plain");
  });
});

it("[ROT-2] binary values that differ are read as different ones from Secrets Manager, and never as keys", async () => {
  const served = await serveSecretsManager();
  const client = new SecretsManagerClient(served.client);
  vi.stubEnv("AWS_ENDPOINT_URL", served.client.endpoint);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIALOCAL");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  try {
    const store = secretStore();
    const texts = ["one", "two", "one"].map(async (held, at) => {
      const SecretBinary = Buffer.from(JSON.stringify({ KEY: held }));
      const { ARN = "" } = await client.send(new CreateSecretCommand({ Name: `/prod/mcp/${at}`, SecretBinary }));
      const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: ARN }));
      return store.read(ARN, Object.keys(VersionIdsToStages)[0] ?? "");
    });
    const [one, two, again] = await Promise.all(texts);
    expect([sameText(one, two), sameText(one, again), parseValue(one)]).toEqual([false, true, undefined]);
  } finally {
    client.destroy();
    await served.close();
  }
});

it.each([
  ['{ "a": 1,\n "b": ["\\u00e9", {"c": null}] }', true],
  ['{"a": 1.0}', false],
  ['{"a": 1, "a": 2}', false],
  ['{"a": {"b": 1, "b": 1}}', false],
  ['{"a": 12345678901234567890}', false],
  ['{"a": "12345678901234567890"}', true],
  ["[1]", false],
])("a value that would not come back as it was is not written anew: %s", (text, survives) => {
  expect(survivesRewriting(text)).toBe(survives);
});
