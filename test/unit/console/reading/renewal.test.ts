import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import { afterEach, expect, it, vi } from "vitest";
import { followFleet } from "#console/reading/reader.ts";
import { planStage } from "#fleet";
import fixture from "../../../fixture/map.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

it("[OPS-1] goes on with the credentials that somebody put into the AWS CLI's file in place of expired ones", async () => {
  const server = createServer((request, response) => {
    const expired = request.headers.authorization?.includes("Credential=OLD/") === true;
    response.writeHead(expired ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(expired ? { __type: "ExpiredTokenException" } : { SecretList: [] }));
  });
  const endpoint = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  const folder = await mkdtemp(join(tmpdir(), "renewal-"));
  const file = join(folder, "credentials");
  const put = (key: string) =>
    writeFile(file, `[default]\naws_access_key_id = ${key}\naws_secret_access_key = x\naws_session_token = t\n`);
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"])
    vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_CONFIG_FILE", devNull);
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", file);
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
  const plan = planStage(fixture, "prod");
  const fleet = followFleet(() => plan, { region: plan.region, endpoint, ignoreCache: true });
  await put("OLD");
  await expect(fleet.secrets()).rejects.toMatchObject({ name: "ExpiredTokenException" });
  await put("NEW");
  fleet.renew();
  expect(await fleet.secrets()).toHaveLength(plan.secrets.length);
  fleet.close();
  await closeServer(server);
  await rm(folder, { recursive: true });
});
