import { createServer } from "node:http";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { Context } from "aws-lambda";
import * as v from "valibot";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { firstValueToken } from "../../../functions/seed-secret/first-value.ts";
import { type ServedService, serveSecretsManager } from "../../endpoint/serve.ts";

const Answer = v.looseObject({ Status: v.string(), Reason: v.optional(v.string()), PhysicalResourceId: v.string() });
type Answer = v.InferOutput<typeof Answer>;

/** CloudFormation's side: a signed URL that takes one answer, as S3 does, and no content type. */
async function startCloudFormation() {
  const answers: Answer[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method !== "PUT" || (request.headers["content-type"] ?? "") !== "") {
      response.writeHead(403).end("SignatureDoesNotMatch");
      return;
    }
    answers.push(v.parse(v.pipe(v.string(), v.parseJson(), Answer), Buffer.concat(chunks).toString()));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no address.");
  return {
    url: `http://127.0.0.1:${address.port}/answer?signature=x`,
    answers,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

let cloudFormation: Awaited<ReturnType<typeof startCloudFormation>>;
let served: ServedService;
let secrets: SecretsManagerClient;
/** What the handler wrote to its log. */
const log: string[] = [];
let handler: typeof import("../../../functions/seed-secret/handler.ts").handler;

beforeAll(async () => {
  cloudFormation = await startCloudFormation();
  served = await serveSecretsManager();
  secrets = new SecretsManagerClient(served.client);
  vi.stubEnv("AWS_ENDPOINT_URL", served.client.endpoint);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIALOCAL");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  // Its client reads the environment once, when the module is loaded.
  ({ handler } = await import("../../../functions/seed-secret/handler.ts"));
});
beforeEach(() => {
  cloudFormation.answers.splice(0);
  log.splice(0);
  const write = (chunk: string | Uint8Array): boolean => log.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, "write").mockImplementation(write);
  vi.spyOn(process.stderr, "write").mockImplementation(write);
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  vi.unstubAllEnvs();
  secrets.destroy();
  await served.close();
  await cloudFormation.stop();
});

const keys = { CLIENT_ID: { placeholder: "replace-me.example.com" }, SIGNING_KEY: { randomBytes: 32 } };

/** An event as Lambda hands it over: not typed yet. */
const asReceived = (event: object) => JSON.parse(JSON.stringify(event));

async function run(requestType: "Create" | "Update" | "Delete", secretArn: string, properties: object = {}) {
  const context: Pick<Context, "awsRequestId" | "functionName" | "getRemainingTimeInMillis"> = {
    awsRequestId: "r-1",
    functionName: "seed",
    getRemainingTimeInMillis: () => 30_000,
  };
  await handler(
    asReceived({
      RequestType: requestType,
      ResponseURL: cloudFormation.url,
      StackId: "arn:aws:cloudformation:us-east-1:000000000000:stack/Secrets/1",
      RequestId: "request-1",
      LogicalResourceId: "googleoauthfirstvalue",
      ...(requestType !== "Create" && { PhysicalResourceId: "googleoauthfirstvalue" }),
      ResourceProperties: { ServiceToken: "arn", SecretArn: secretArn, Keys: JSON.stringify(keys), ...properties },
    }),
    Object.assign(Object.create(null), context),
  );
}

async function emptySecret(name: string): Promise<string> {
  const { ARN } = await secrets.send(new CreateSecretCommand({ Name: `/prod/mcp/${name}` }));
  if (ARN === undefined) throw new Error("The secret has no ARN.");
  return ARN;
}

const Value = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));
const readValue = async (SecretId: string) =>
  v.parse(Value, (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString);
const versionsOf = async (SecretId: string) =>
  (await secrets.send(new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true }))).Versions ?? [];

describe("seeding a secret", () => {
  it("[SEC-3] fills each key as the map says, and answers CloudFormation", async () => {
    const arn = await emptySecret("created");
    await run("Create", arn);
    const value = await readValue(arn);
    expect(value.CLIENT_ID).toBe("replace-me.example.com");
    expect(Buffer.from(value.SIGNING_KEY ?? "", "base64")).toHaveLength(32);
    expect(cloudFormation.answers).toMatchObject([
      { Status: "SUCCESS", PhysicalResourceId: "googleoauthfirstvalue", RequestId: "request-1" },
    ]);
  });

  it("[SEC-3] gives every secret random keys of its own", async () => {
    const [one, other] = [await emptySecret("one"), await emptySecret("other")];
    await run("Create", one);
    await run("Create", other);
    expect((await readValue(one)).SIGNING_KEY).not.toBe((await readValue(other)).SIGNING_KEY);
  });

  it("[SEC-3] writes nothing over a value people have put there, nor when the map has changed", async () => {
    const arn = await emptySecret("by-hand");
    await run("Create", arn);
    const SecretString = '{"CLIENT_ID":"real","SIGNING_KEY":"real"}';
    await secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString }));
    await run("Update", arn, { Keys: JSON.stringify({ ...keys, NEW: { placeholder: "x" } }) });
    await run("Create", arn);
    expect(await readValue(arn)).toEqual({ CLIENT_ID: "real", SIGNING_KEY: "real" });
    expect(await versionsOf(arn)).toHaveLength(2);
    expect(cloudFormation.answers.map(({ Status }) => Status)).toEqual(["SUCCESS", "SUCCESS", "SUCCESS"]);
  });

  it("[SEC-3] writes once when it is asked several times at once", async () => {
    const arn = await emptySecret("at-once");
    await Promise.all(Array.from({ length: 5 }, () => run("Create", arn)));
    expect((await versionsOf(arn)).map(({ VersionId }) => VersionId)).toEqual([firstValueToken(arn)]);
    expect(cloudFormation.answers.map(({ Status }) => Status)).toEqual(Array(5).fill("SUCCESS"));
  });

  it("[SEC-4] leaves the secret alone when its resource is deleted", async () => {
    const arn = await emptySecret("deleted");
    await run("Create", arn);
    const before = await readValue(arn);
    await run("Delete", arn);
    expect(await readValue(arn)).toEqual(before);
  });

  it("[SEC-5] neither logs nor answers a value", async () => {
    const arn = await emptySecret("quiet");
    await run("Create", arn);
    const value = await readValue(arn);
    const said = log.join("") + JSON.stringify(cloudFormation.answers);
    expect(said).toContain("seeded");
    for (const secret of Object.values(value)) expect(said).not.toContain(secret);
  });

  it("tells CloudFormation at once what went wrong, and where to read more", async () => {
    await run("Create", "arn:aws:secretsmanager:us-east-1:000000000000:secret:/prod/mcp/none-AbCdEf");
    await run("Create", await emptySecret("misread"), { Keys: "{" });
    expect(cloudFormation.answers).toMatchObject([
      { Status: "FAILED", Reason: "ResourceNotFoundException; the log of seed has more, request r-1" },
      { Status: "FAILED", Reason: "EventError; the log of seed has more, request r-1" },
    ]);
  });

  it("fails as a function on what CloudFormation did not send: there is nobody to answer", async () => {
    await expect(handler(asReceived({}), Object.create(null))).rejects.toThrow();
    expect(cloudFormation.answers).toEqual([]);
  });
});
