import { EventEmitter } from "node:events";
import { request as overHttp, type RequestOptions } from "node:http";
import { request as overHttps } from "node:https";
import { Readable } from "node:stream";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Card } from "#chat/card/card.ts";
import type { Conversation } from "#chat/receivers/receiver.ts";
import type { ChatSettings } from "#chat/settings.ts";
import { log } from "#lambda/log.ts";
import { disguised, tellTales, tokens } from "../../fixture/disguises.ts";

vi.mock("node:http", async (actual) => ({ ...(await actual<typeof import("node:http")>()), request: vi.fn() }));
vi.mock("node:https", async (actual) => ({ ...(await actual<typeof import("node:https")>()), request: vi.fn() }));

const context = Object.assign(Object.create(null), {
  getRemainingTimeInMillis: () => 30_000,
  functionName: "f",
  awsRequestId: "r",
});

/** An event as Lambda hands it over: not typed yet. */
const asReceived = (event: unknown) => JSON.parse(JSON.stringify(event));

const functions = new Map<string, (event: unknown) => Promise<unknown>>();
let readSpeakers: typeof import("../../../functions/alarm-to-chat/speakers.ts").readSpeakers;

beforeAll(async () => {
  // Files share modules: one that was loaded for another has the real network, one of here none.
  vi.resetModules();
  // Clients read it once, when they are made. Nothing is asked of them here.
  vi.stubEnv("AWS_REGION", "us-east-1");
  ({ readSpeakers } = await import("../../../functions/alarm-to-chat/speakers.ts"));
  const seed = await import("../../../functions/seed-secret/handler.ts");
  const rotate = await import("../../../functions/rotate-secret/handler.ts");
  const settle = await import("../../../functions/settle-secret/handler.ts");
  const align = await import("../../../functions/align-splunk/handler.ts");
  const tune = await import("../../../functions/tune-alarms/handler.ts");
  const chat = await import("../../../functions/alarm-to-chat/handler.ts");
  functions.set("seed-secret", (event) => seed.handler(asReceived(event), context));
  functions.set("rotate-secret", (event) => rotate.handler(asReceived(event), context));
  functions.set("settle-secret", (event) => settle.handler(asReceived(event), context));
  functions.set("align-splunk", (event) => align.handler(asReceived(event), context));
  functions.set("tune-alarms", (event) => tune.handler(asReceived(event), context));
  functions.set("alarm-to-chat", (event) => chat.handler(asReceived(event), context));
  vi.unstubAllEnvs();
});
afterAll(() => {
  vi.resetModules();
});

/** What can be read, looked up or asked of a host. */
const seen: string[] = [];
beforeEach(() => {
  seen.splice(0);
  const write = (chunk: string | Uint8Array) => seen.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, "write").mockImplementation(write);
  vi.spyOn(process.stderr, "write").mockImplementation(write);
  vi.spyOn(SecretsManagerClient.prototype, "send").mockImplementation((command) => {
    const input = JSON.stringify(command.input);
    return Promise.reject(new Error(`1 validation error detected: Value '${input}' is bad`));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function settled(work: () => Promise<unknown>): Promise<void> {
  try {
    seen.push(JSON.stringify(await work()) ?? "");
  } catch (error) {
    seen.push(String(error), error instanceof Error ? `${error.stack} ${JSON.stringify(error)} ${error.cause}` : "");
  }
}

/** A network without name servers, which sees what is looked up in them, and what is asked of whom. */
function watchNetwork(answers: readonly string[], sent: string[] = []): void {
  const ask = async (url: string | URL, authorization: unknown, body: unknown): Promise<string> => {
    const { hostname, pathname, search } = new URL(url);
    seen.push(hostname);
    if (answers.includes(hostname)) {
      sent.push(String(body));
      return '{"ok":false,"error":"invalid_auth"}';
    }
    seen.push(`${pathname}${search}`, String(authorization), String(body));
    throw new TypeError(`${url} failed`, { cause: new Error(`getaddrinfo ENOTFOUND ${hostname}`) });
  };
  vi.stubGlobal("fetch", async (input: string | URL | Request, init?: RequestInit) => {
    const { url, headers } = new Request(input, init);
    return new Response(await ask(url, headers.get("authorization"), init?.body));
  });
  const dial = (url: string | URL, { headers }: RequestOptions) => {
    const request = new EventEmitter();
    const end = async (body: unknown) => {
      try {
        const answer = Readable.from([await ask(url, Object.entries(headers ?? {}), body)]);
        request.emit("response", Object.assign(answer, { statusCode: 200, headers: {} }));
      } catch (error) {
        request.emit("error", error);
      }
    };
    return Object.assign(Object.create(request), { end });
  };
  for (const request of [overHttp, overHttps]) vi.mocked(request).mockImplementation(dial);
}

const card: Card = {
  tone: "critical",
  title: "Healthy tasks: 0",
  status: ["Wrong since 20:02 UTC"],
  lines: [],
  unlisted: 0,
  facts: [],
  chart: undefined,
  log: [],
  links: [],
  footer: "prod",
  fallback: "no healthy task",
  runbook: undefined,
  lasting: true,
  mention: [],
};
const begin: Conversation = { manner: "begin", broadcast: true, reference: undefined, key: "k", id: "m" };
const settings: ChatSettings = {
  stage: "prod",
  region: "us-east-1",
  destinations: {
    feed: { receiver: "slack-webhook", key: "SLACK_WEBHOOK_URL" },
    bot: { receiver: "slack-bot", key: "SLACK_BOT_TOKEN", channel: "C0", apiKey: "SLACK_API_URL" },
    teams: { receiver: "teams", key: "TEAMS_WEBHOOK_URL" },
    google: { receiver: "google-chat", key: "GOOGLE_CHAT_WEBHOOK_URL" },
  },
  routes: [],
  mutes: [],
  repeatAfterHours: 4,
};
const chatKeys = [
  "SLACK_WEBHOOK_URL",
  "SLACK_BOT_TOKEN",
  "SLACK_API_URL",
  "TEAMS_WEBHOOK_URL",
  "GOOGLE_CHAT_WEBHOOK_URL",
];

describe("alarm-to-chat", () => {
  const held = (token: string) =>
    fc.oneof(disguised(token), fc.constantFrom("https://slack.com/api", "https://hooks.slack.com/x"));
  const secret = tokens.chain((token) =>
    fc.tuple(fc.constant(token), fc.dictionary(fc.constantFrom(...chatKeys), held(token), { minKeys: 1, maxKeys: 5 })),
  );

  it("[SEC-7] looks up no token, and sends it to nobody but its vendor", async () => {
    watchNetwork(["slack.com", "hooks.slack.com"]);
    await fc.assert(
      fc.asyncProperty(secret, async ([token, value]) => {
        seen.splice(0);
        vi.mocked(SecretsManagerClient.prototype.send).mockImplementation(async () => ({
          SecretString: JSON.stringify(value),
        }));
        await settled(async () => {
          const speakers = await readSpeakers(settings, "arn", log);
          return Promise.all([...speakers.values()].map((speaker) => speaker.send(card, begin)));
        });
        expect(tellTales(seen, [token])).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("[SEC-7] names the key that holds something else, and uses the others", async () => {
    watchNetwork(["slack.com", "hooks.slack.com"]);
    const value = {
      SLACK_WEBHOOK_URL: "https://xoxb-2401234567890-abcdefghijkl",
      SLACK_BOT_TOKEN: "https://hooks.slack.com/services/T0/B0/x",
      TEAMS_WEBHOOK_URL: "https://hooks.slack.com/teams",
      COUNT: 7,
    };
    vi.mocked(SecretsManagerClient.prototype.send).mockImplementation(async () => ({
      SecretString: JSON.stringify(value),
    }));
    expect([...(await readSpeakers(settings, "arn", log)).keys()]).toEqual(["teams"]);
    expect(seen.join("")).toMatch(/SLACK_WEBHOOK_URL.*looks like a token where an address belongs/);
    expect(seen.join("")).toMatch(/SLACK_BOT_TOKEN.*looks like an address where a token belongs/);
  });
});

describe("every function", () => {
  it("[SEC-7] reveals nothing of a token in any place of an event", async () => {
    watchNetwork([]);
    const fields = [
      "Step",
      "SecretId",
      "ClientRequestToken",
      "Records",
      "dryRun",
      "RequestType",
      "ResponseURL",
      "Keys",
    ];
    const event = tokens.chain((token) =>
      fc.tuple(
        fc.constant(token),
        fc.oneof(fc.dictionary(fc.constantFrom(...fields), disguised(token)), disguised(token)),
      ),
    );
    await fc.assert(
      fc.asyncProperty(event, async ([token, received]) => {
        seen.splice(0);
        for (const call of functions.values()) await settled(() => call(received));
        expect(tellTales(seen, [token])).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("[SEC-7] seed-secret shows nothing of a first value that Secrets Manager refuses and quotes", async () => {
    const drawn: string[] = [];
    vi.mocked(SecretsManagerClient.prototype.send).mockImplementation(async (command) => {
      if (!("SecretString" in command.input)) return {};
      drawn.push(String(command.input.SecretString));
      throw new Error(`1 validation error detected: Value '${command.input.SecretString}' at 'secretString'`);
    });
    const sent: string[] = [];
    watchNetwork(["cloudformation.test"], sent);
    const event = {
      RequestType: "Create",
      ResponseURL: "https://cloudformation.test/",
      StackId: "s",
      RequestId: "r",
      LogicalResourceId: "l",
      ResourceProperties: { SecretArn: "arn", Keys: JSON.stringify({ KEY: { randomBytes: 32 } }) },
    };
    await settled(async () => functions.get("seed-secret")?.(event));
    const [value = "{}"] = drawn;
    expect(tellTales([...seen, ...sent], [JSON.parse(value).KEY])).toEqual([]);
    expect(sent.join("")).toContain("FAILED");
    expect(seen.join("")).toContain("did not accept the first value");
  });
});
