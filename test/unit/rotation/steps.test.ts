import { afterEach, describe, expect, it } from "vitest";
import { RotationError } from "#rotation/errors.ts";
import { issuerOf } from "#rotation/issuers/index.ts";
import type { RotationMap, SecretEntry } from "#rotation/map.ts";
import type { Notice } from "#rotation/ports.ts";
import { rotate } from "#rotation/steps/rotate.ts";
import type { RotationPorts } from "#rotation/steps/step.ts";
import { VirtualClock } from "./world/clock.ts";
import { createSecrets } from "./world/secrets.ts";

const id = "/prod/mcp/google-oauth";
const entry: SecretEntry = {
  key: "google-oauth",
  id,
  placeholders: { GOOGLE_OAUTH_CLIENT_SECRET: "replace-me" },
  aliases: {},
  rotation: { issuer: "google-oauth", everyDays: 90 },
  services: ["prod-mcp-google-workspace"],
};
const map: RotationMap = { stage: "prod", cluster: "prod-mcp-cluster", auditIndex: "mcp_audit", secrets: [entry] };
const day = 86_400_000;
const now = { GOOGLE_OAUTH_CLIENT_ID: "fleet", GOOGLE_OAUTH_CLIENT_SECRET: "GOCSPX-old" };

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** A Google secret that rotates, and a Google that takes these client secrets. */
async function stage(accepted: readonly string[]) {
  const clock = new VirtualClock();
  const notices: Notice[] = [];
  const errors: unknown[] = [];
  const google: typeof fetch = async (_url, init) => {
    const form = new URLSearchParams(String(init?.body));
    const good = accepted.includes(form.get("client_secret") ?? "");
    return Response.json({ error: good ? "invalid_grant" : "invalid_client" }, { status: good ? 400 : 401 });
  };
  const secrets = createSecrets(clock, (event) =>
    rotate(Object(event), ports()).catch((error: unknown) => {
      errors.push(error);
      throw error;
    }),
  );
  stops.push(secrets.stop);
  const ports = (): RotationPorts => {
    const until = clock.now() + 300_000;
    return {
      map,
      store: secrets.store,
      clock: { now: () => clock.now(), sleep: (ms) => clock.sleep(ms) },
      deadline: () => until,
      log: () => undefined,
      announcer: { announce: async (notice) => void notices.push(notice) },
      issuerOf: (one) =>
        issuerOf(one, {
          fetch: google,
          store: secrets.store,
          clock,
          deadline: () => until,
          stage: "prod",
          auditIndex: "mcp_audit",
          readSecret: async () => undefined,
          redis: { update: async () => undefined, available: async () => true },
          googleTokenUrl: "https://oauth2.googleapis.test/token",
        }),
    };
  };
  const put = (value: object, label = "AWSCURRENT") =>
    secrets.ask("PutSecretValue", { SecretId: id, SecretString: JSON.stringify(value), VersionStages: [label] });
  await secrets.ask("CreateSecret", { Name: id, SecretString: JSON.stringify(now) });
  const lambda = "arn:aws:lambda:us-east-1:573946584375:function:prod-mcp-rotate-secret";
  await secrets.ask("RotateSecret", { SecretId: id, RotationLambdaARN: lambda, RotateImmediately: false });
  await clock.pass(60_000);
  const current = async () => {
    const { versions } = await secrets.store.describe(id);
    const version = versions.find(({ labels }) => labels.includes("AWSCURRENT"));
    return { id: version?.id ?? "", value: JSON.parse((await secrets.store.read(id, version?.id ?? "")) ?? "null") };
  };
  const rotateNow = async (waitMs = 60_000) => {
    await secrets.ask("RotateSecret", { SecretId: id });
    await clock.pass(waitMs);
  };
  return { clock, secrets, notices, errors, ports, put, current, rotateNow };
}

describe("Google's client secret", () => {
  it("[ROT-1] is adopted from the candidate a person staged, and proven before it becomes current", async () => {
    const { put, rotateNow, current, notices } = await stage(["GOCSPX-old", "GOCSPX-new"]);
    await put({ GOOGLE_OAUTH_CLIENT_SECRET: "GOCSPX-new" }, "candidate");
    await rotateNow();
    expect((await current()).value).toEqual({ ...now, GOOGLE_OAUTH_CLIENT_SECRET: "GOCSPX-new" });
    expect(notices).toEqual([]);
  });

  it("[ROT-1] without a candidate is asked for, with its age, and the pass ends well with the same value", async () => {
    const { clock, rotateNow, current, notices, errors, secrets } = await stage(["GOCSPX-old"]);
    await clock.pass(90 * day);
    await rotateNow();
    await clock.pass(30 * day);
    await rotateNow();
    expect((await current()).value).toEqual(now);
    expect(notices.map(({ outcome }) => outcome)).toEqual(["candidate-wanted", "candidate-wanted"]);
    expect(notices.map(({ secret }) => secret)).toEqual(["google-oauth", "google-oauth"]);
    expect(notices.map(({ text }) => / (\d+) days old/.exec(text)?.[1])).toEqual(["90", "120"]);
    expect(errors).toEqual([]);
    const failed = secrets.events.filter(({ detail }) => String(detail.eventName).includes("Failed"));
    expect(failed).toEqual([]);
  });

  it("[ROT-3] that Google refuses never becomes current, and is marked once that is certain", async () => {
    const { put, rotateNow, current, secrets, errors } = await stage(["GOCSPX-old"]);
    await put({ GOOGLE_OAUTH_CLIENT_SECRET: "GOCSPX-wrong" }, "candidate");
    await rotateNow(30 * 60_000);
    expect((await current()).value).toEqual(now);
    const { versions } = await secrets.store.describe(id);
    expect(versions.filter((version) => version.labels.includes(`rejected-${version.id}`))).toHaveLength(1);
    expect(String(errors)).not.toContain("GOCSPX");
  });
});

describe("a step", () => {
  const token = "a-version-that-nobody-announced-000001";

  it("[ROT-6] refuses a secret the map does not know, one that does not rotate, and a version that is none", async () => {
    const { ports, secrets } = await stage([]);
    const event = { Step: "createSecret", SecretId: id, ClientRequestToken: token } as const;
    await expect(rotate(event, ports())).rejects.toThrow(RotationError);
    await expect(rotate({ ...event, SecretId: "/prod/mcp/other" }, ports())).rejects.toThrow("The map has no secret");
    await secrets.ask("CancelRotateSecret", { SecretId: id });
    await expect(rotate(event, ports())).rejects.toThrow("is off");
  });

  it("[ROT-6] does nothing for the version that is current already, whichever step it is", async () => {
    const { ports, current, secrets } = await stage([]);
    const { id: ClientRequestToken } = await current();
    const before = await secrets.store.describe(id);
    for (const Step of ["createSecret", "setSecret", "testSecret", "finishSecret"] as const) {
      await rotate({ Step, SecretId: id, ClientRequestToken }, ports());
    }
    expect(await secrets.store.describe(id)).toEqual(before);
  });

  it("[ROT-6] refuses a version whose label is gone: the rotation was given up", async () => {
    const { ports, put, secrets } = await stage([]);
    await put(now, "something-else");
    const { versions } = await secrets.store.describe(id);
    const ClientRequestToken = versions.find(({ labels }) => labels.includes("something-else"))?.id ?? "";
    const event = { Step: "finishSecret", SecretId: id, ClientRequestToken } as const;
    await expect(rotate(event, ports())).rejects.toThrow("given up");
  });

  it("[ROT-6] gives a version up rather than undo what a person changed while it was made", async () => {
    const { ports, put, secrets, current } = await stage(["GOCSPX-new"]);
    await put({ ...now, GOOGLE_OAUTH_CLIENT_SECRET: "GOCSPX-new" }, "AWSPENDING");
    const { versions } = await secrets.store.describe(id);
    const ClientRequestToken = versions.find(({ labels }) => labels.includes("AWSPENDING"))?.id ?? "";
    await put({ ...now, OTHER: "a person's" });
    const event = { Step: "finishSecret", SecretId: id, ClientRequestToken } as const;
    await expect(rotate(event, ports())).rejects.toThrow("was changed while it rotated");
    expect((await current()).value).toEqual({ ...now, OTHER: "a person's" });
  });
});
