import * as v from "valibot";
import { issuerOf } from "#rotation/issuers/index.ts";
import type { RotationMap, SecretEntry } from "#rotation/map.ts";
import type { Notice } from "#rotation/ports.ts";
import { settle } from "#rotation/settle/settle.ts";
import { RotationEvent } from "#rotation/steps/event.ts";
import { rotate } from "#rotation/steps/rotate.ts";
import { parseValue, textAt } from "#rotation/value.ts";
import { VirtualClock } from "./clock.ts";
import { type Blow, type Invocation, Outgoing } from "./outgoing.ts";
import { createSecrets } from "./secrets.ts";
import { Services } from "./services.ts";
import { adminToken, adminUrl, createSplunk, hecUrl } from "./splunk.ts";

const googleUrl = "https://oauth2.googleapis.test/token";
export const firstToken = "11111111-1111-4111-8111-111111111111";
const minute = 60_000;
/** Lambda gives a function of the fleet five minutes. */
const invocationMs = 5 * minute;

export const googlePair = (secret: string) => ({
  GOOGLE_OAUTH_CLIENT_ID: "fleet",
  GOOGLE_OAUTH_CLIENT_SECRET: secret,
});

const entry = (key: string, rotation: SecretEntry["rotation"], services: readonly string[]): SecretEntry => ({
  key,
  id: `/prod/mcp/${key}`,
  placeholders: key === "splunk" ? { SPLUNK_HEC_TOKEN: "00000000-0000-0000-0000-000000000000" } : {},
  aliases: {},
  rotation,
  services: [...services],
});

const mapOf = ({ consumers = ["one", "two", "zero"], unproven, google }: WorldOptions): RotationMap => ({
  stage: "prod",
  cluster: "prod-mcp-cluster",
  auditIndex: "mcp_audit",
  secrets: [
    {
      ...entry("splunk", { issuer: "splunk-hec", platform: "cloud", admin: "splunk-admin", everyDays: 30 }, consumers),
      ...(unproven !== undefined && { unproven }),
    },
    entry("keys", { declined: "By hand." }, ["two"]),
    entry("splunk-admin", { declined: "An administrator's." }, []),
    ...(google === true ? [entry("google", { issuer: "google-oauth", everyDays: 90 }, ["other"])] : []),
  ],
});

export interface WorldOptions {
  /** Milliseconds ACS takes from accepted to done. */
  readonly acsDelayMs?: number;
  /** Values that services crash on. */
  readonly crashesOn?: (value: string) => boolean;
  /** What the secret holds at first; a token that Splunk knows unless told. */
  readonly token?: string;
  /** What the secret held before that, when the fleet came to it. */
  readonly earlier?: string;
  /** Milliseconds between two runs of the planner. */
  readonly plannerEveryMs?: number;
  /** Milliseconds between two looks of the watch: long for what takes days. */
  readonly watchEveryMs?: number;
  /** Services that use the secret of Splunk, if not `one`, `two` and `zero`. */
  readonly consumers?: readonly string[];
  readonly unproven?: "roll";
  /** There is a secret of Google's too, which the service `other` uses. */
  readonly google?: boolean;
}

/** A stage with Splunk: Secrets Manager, ECS, HEC and ACS as they behave, the engine, and time. */
export class World {
  readonly clock = new VirtualClock();
  readonly outgoing = new Outgoing();
  readonly notices: Notice[] = [];
  readonly log: string[] = [];
  /** Tokens that Splunk refused while a running task held them, one for each look of the watch. */
  readonly refusals: string[] = [];
  readonly splunk;
  readonly secrets;
  readonly services;
  /** What comes back instead of Splunk's own answer, if anything. */
  instead: (request: {
    readonly url: string;
    readonly method: string;
    readonly token: string;
  }) => Response | undefined = () => undefined;
  map: RotationMap;
  /** False while the functions may not use the key that encrypts secrets. */
  isReadable = true;
  #stopped = false;

  constructor(options: WorldOptions = {}) {
    const { acsDelayMs = 2_000, crashesOn = () => false } = options;
    this.map = mapOf(options);
    this.splunk = createSplunk(() => this.clock.now(), acsDelayMs);
    this.secrets = createSecrets(this.clock, (event) =>
      this.#invoke((ports) => rotate(v.parse(RotationEvent, event), ports)),
    );
    this.services = new Services(
      this.clock,
      () => this.#current,
      (value) => !crashesOn(value),
    );
  }

  static async create(options: WorldOptions = {}): Promise<World> {
    const world = new World(options);
    world.splunk.tokens.create({ name: "by-hand", token: firstToken, indexes: ["mcp_audit"] });
    const put = (key: string, value: object) =>
      world.secrets.ask("CreateSecret", { Name: `/prod/mcp/${key}`, SecretString: JSON.stringify(value) });
    const { earlier, token = firstToken } = options;
    await put("splunk", { SPLUNK_HEC_URL: hecUrl, SPLUNK_HEC_TOKEN: earlier ?? token });
    if (earlier !== undefined) await world.putByHand(token);
    await put("splunk-admin", { SPLUNK_ADMIN_URL: adminUrl, SPLUNK_ADMIN_TOKEN: adminToken });
    await put("keys", { KEY: "one" });
    if (options.google === true) await put("google", googlePair("GOCSPX-good"));
    await world.secrets.ask("RotateSecret", {
      SecretId: "/prod/mcp/splunk",
      RotationLambdaARN: "arn:aws:lambda:us-east-1:573946584375:function:prod-mcp-rotate-secret",
      RotateImmediately: false,
    });
    await world.clock.pass(minute);
    await world.look();
    const { arn } = await world.secrets.store.describe("/prod/mcp/splunk");
    const consumers = options.consumers ?? ["one", "two", "zero"];
    world.services.secretsOf = (definition) =>
      consumers.some((name) => definition.startsWith(`${name}:`)) ? [`${arn}:SPLUNK_HEC_TOKEN::`] : [];
    for (const name of consumers) world.services.create(name, { one: 2, zero: 0 }[name] ?? 1);
    // It has no use for the secret, and is never to be rolled.
    world.services.create("other", 1, () => "");
    await world.clock.pass(minute);
    await world.planOnce();
    void world.#watch(options.watchEveryMs ?? 2_000);
    void world.#schedule(options.plannerEveryMs ?? minute);
    return world;
  }

  #current = "";

  /** What a task that starts now would read. */
  async look(): Promise<string> {
    const { versions, arn } = await this.secrets.store.describe("/prod/mcp/splunk");
    const id = versions.find(({ labels }) => labels.includes("AWSCURRENT"))?.id ?? "";
    this.#current = (await this.secrets.store.read(arn, id)) ?? "";
    return this.#current;
  }

  async token(): Promise<string> {
    return textAt(parseValue(await this.look()) ?? {}, "SPLUNK_HEC_TOKEN");
  }

  strike(blow: Blow | undefined): void {
    this.outgoing.strike(blow);
  }

  rotate(): Promise<unknown> {
    return this.secrets.ask("RotateSecret", { SecretId: "/prod/mcp/splunk" });
  }

  /** What Secrets Manager does on AWS when a value is put while a rotation makes another. */
  async dropPending(): Promise<void> {
    const [id] = Object.entries(await this.labels()).find(([, labels]) => labels.includes("AWSPENDING")) ?? [];
    const move = { VersionStage: "AWSPENDING", RemoveFromVersionId: id };
    await this.secrets.ask("UpdateSecretVersionStage", { SecretId: "/prod/mcp/splunk", ...move });
  }

  putByHand(token: string): Promise<unknown> {
    const value = { SPLUNK_HEC_URL: hecUrl, SPLUNK_HEC_TOKEN: token };
    return this.secrets.ask("PutSecretValue", { SecretId: "/prod/mcp/splunk", SecretString: JSON.stringify(value) });
  }

  /** Makes the version with this token current, as a person would in the console. */
  async makeCurrent(token: string): Promise<void> {
    const { versions, arn } = await this.secrets.store.describe("/prod/mcp/splunk");
    const texts = await Promise.all(versions.map(({ id }) => this.secrets.store.read(arn, id)));
    const to = versions.find((_version, at) => texts[at]?.includes(token))?.id;
    const from = versions.find(({ labels }) => labels.includes("AWSCURRENT"))?.id;
    const move = { VersionStage: "AWSCURRENT", MoveToVersionId: to, RemoveFromVersionId: from };
    await this.secrets.ask("UpdateSecretVersionStage", { SecretId: "/prod/mcp/splunk", ...move });
  }

  /** One run of `settle-secret`; what it throws is Lambda's to log. */
  async planOnce(): Promise<void> {
    await Promise.race([this.#invoke((ports) => settle(ports)), this.#timePasses()]).catch(() => undefined);
  }

  /** One more run, beside any other. */
  async wake(): Promise<void> {
    await this.#invoke((ports) => settle(ports)).catch(() => undefined);
  }

  /** Alone, a run that waits would stop the clock it waits for. */
  async #timePasses(): Promise<void> {
    await this.clock.pass(invocationMs);
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.secrets.stop();
  }

  async #invoke<T>(work: (ports: ReturnType<World["ports"]>) => Promise<T>): Promise<void> {
    await work(this.ports({ dead: false }));
  }

  ports(invocation: Invocation) {
    const until = this.clock.now() + invocationMs;
    const { outgoing, splunk } = this;
    const { store: all } = this.secrets;
    const read: typeof all.read = (...asked) =>
      this.isReadable ? all.read(...asked) : Promise.reject(new Error("Access to KMS is not allowed."));
    const store = outgoing.wrap(invocation, "secrets", { ...all, read });
    const fetch: typeof globalThis.fetch = (input, init) =>
      outgoing.call(invocation, `http.${init?.method ?? "GET"}`, async () => {
        const url = String(input);
        if (url === googleUrl) return askGoogle(init);
        const token = new Headers(init?.headers).get("authorization")?.replace("Splunk ", "") ?? "";
        return this.instead({ url, method: init?.method ?? "GET", token }) ?? splunk.fetch(input, init);
      });
    const { map } = this;
    return {
      map,
      store,
      fleet: outgoing.wrap(invocation, "ecs", this.services.port),
      announcer: outgoing.wrap(invocation, "sns", {
        announce: async (notice: Notice) => void this.notices.push(notice),
      }),
      clock: { now: () => this.clock.now(), sleep: (ms: number) => this.clock.sleep(ms) },
      deadline: () => until,
      log: (line: Readonly<Record<string, unknown>>) => void this.log.push(JSON.stringify(line)),
      issuerOf: (secret: SecretEntry, step = Number.POSITIVE_INFINITY) =>
        issuerOf(secret, {
          fetch,
          store,
          clock: { now: () => this.clock.now(), sleep: (ms) => this.clock.sleep(ms) },
          deadline: () => Math.min(until, step),
          stage: map.stage,
          auditIndex: map.auditIndex,
          readSecret: async (key) => {
            const { versions, arn } = await store.describe(`/prod/mcp/${key}`);
            return store.read(arn, versions.find(({ labels }) => labels.includes("AWSCURRENT"))?.id ?? "");
          },
          redis: { update: async () => undefined, available: async () => true },
          googleTokenUrl: googleUrl,
        }),
    };
  }

  async #schedule(everyMs: number): Promise<void> {
    while (!this.#stopped) {
      await this.clock.sleep(everyMs);
      await this.#invoke((ports) => settle(ports)).catch(() => undefined);
    }
  }

  /** The watch saw the secret settled. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The text the watch saw last. */
  get lastSeen(): string {
    return this.#current;
  }

  #settled = false;

  /** What do tasks hold, and would Splunk take it? New tasks read what was current at the last look, as AWS may lag. */
  async #watch(everyMs: number): Promise<void> {
    let seen = -1;
    while (!this.#stopped) {
      if (seen !== this.secrets.changes()) {
        seen = this.secrets.changes();
        await this.look();
        this.#settled = await this.isSettled();
      }
      for (const value of this.services.valuesInUse()) {
        const token = tokenOf(value);
        const admitted = this.splunk.tokens.admit(token);
        if (admitted === "unknown" || admitted === "disabled") this.refusals.push(token);
      }
      await this.clock.sleep(everyMs);
    }
  }

  async labels(): Promise<Readonly<Record<string, readonly string[]>>> {
    const { versions } = await this.secrets.store.describe("/prod/mcp/splunk");
    return Object.fromEntries(versions.map(({ id, labels }) => [id, labels]));
  }

  async isSettled(): Promise<boolean> {
    const { versions, tags } = await this.secrets.store.describe("/prod/mcp/splunk");
    const current = versions.find(({ labels }) => labels.includes("AWSCURRENT"));
    return current?.labels.includes("settled") === true && tags["mcp-fleet:settling"] === undefined;
  }
}

const tokens = new Map<string, string>();

/** Remembered, as the watch asks again and again about the few values that there are. */
function tokenOf(value: string): string {
  const token = tokens.get(value) ?? textAt(parseValue(value) ?? {}, "SPLUNK_HEC_TOKEN");
  tokens.set(value, token);
  return token;
}

/** It takes every secret that looks good. */
function askGoogle(init: RequestInit | undefined): Response {
  const isGood = new URLSearchParams(String(init?.body)).get("client_secret")?.includes("good");
  return Response.json({ error: isGood ? "invalid_grant" : "invalid_client" }, { status: isGood ? 400 : 401 });
}
