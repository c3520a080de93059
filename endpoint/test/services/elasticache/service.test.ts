import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateReplicationGroupCommand,
  CreateSnapshotCommand,
  DeleteReplicationGroupCommand,
  DeleteSnapshotCommand,
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  DescribeSnapshotsCommand,
  ElastiCacheClient,
  IncreaseReplicaCountCommand,
  ListTagsForResourceCommand,
  ModifyReplicationGroupCommand,
} from "@aws-sdk/client-elasticache";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAuthority } from "#endpoint/certificates/authority.ts";
import type { MetricDatum } from "#endpoint/core/ports.ts";
import type { Properties, ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import { createSupervisor } from "#endpoint/processes/supervisor.ts";
import { describeEngine, type Engine, findEngine } from "#endpoint/services/elasticache/cache-engine.ts";
import { createElastiCache, type ElastiCache } from "#endpoint/services/elasticache/service.ts";
import { type Served, serve, stackContext } from "../serve.ts";

const onPath = await findEngine(process.env.PATH ?? "");
const embedded = await findEngine("");

let folder: string;
let ca: string;
const log: string[] = [];
const metrics: MetricDatum[] = [];
const processes = createSupervisor();
const open: Redis[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "elasticache-"));
});
afterAll(async () => {
  for (const redis of open) redis.disconnect();
  await processes.stopAll();
  await rm(folder, { recursive: true });
});

async function elastiCache(engine: Engine): Promise<Served<ElastiCache>> {
  const authority = await openAuthority(join(folder, "certificates"));
  const { certificatePath, privateKeyPath } = await authority.issue([]);
  ca = authority.ca;
  return serve(
    (place) =>
      createElastiCache({
        place,
        clock: { now: () => Date.now(), sleep },
        metrics: { put: (datum) => metrics.push(datum) },
        processes,
        host: "127.0.0.1",
        tls: { caCert: authority.caPath, cert: certificatePath, key: privateKeyPath },
        folder: join(folder, "redis"),
        engine,
        log: (line) => log.push(line),
      }),
    (made) => [made.service],
  );
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms).unref();
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const groupProvider = (made: ElastiCache): ResourceProvider => {
  const provider = made.service.resources?.["AWS::ElastiCache::ReplicationGroup"];
  if (provider === undefined) throw new Error("AWS::ElastiCache::ReplicationGroup is not registered");
  return provider;
};

const properties = {
  ReplicationGroupId: "local-mcp-redis",
  ReplicationGroupDescription: "Sessions",
  Engine: "redis",
  EngineVersion: "7.1",
  CacheNodeType: "cache.t4g.micro",
  NumCacheClusters: "2",
  AutomaticFailoverEnabled: true,
  TransitEncryptionEnabled: true,
  AtRestEncryptionEnabled: true,
} satisfies Properties;

function client(state: ResourceState, password?: string): Redis {
  const redis = new Redis({
    host: String(state.attributes["PrimaryEndPoint.Address"]),
    port: Number(state.attributes["PrimaryEndPoint.Port"]),
    tls: { ca },
    ...(password !== undefined && { password }),
    lazyConnect: true,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on("error", () => undefined);
  open.push(redis);
  return redis;
}

const accepts = (state: ResourceState, password?: string) =>
  client(state, password)
    .ping()
    .then(
      () => true,
      (error: Error) => {
        if (/NOAUTH|WRONGPASS/.test(error.message)) return false;
        throw error;
      },
    );

describe("[STR-1] ElastiCache over the embedded store", () => behavesAsElastiCache(embedded));
if (onPath.kind === "installed") describe("ElastiCache over a real server", () => behavesAsElastiCache(onPath));
else it("ElastiCache over a real server", { skip: true, meta: { missing: "redis-server" } }, () => undefined);

function behavesAsElastiCache(engine: Engine): void {
  let served: Served<ElastiCache>;
  let sdk: ElastiCacheClient;
  beforeAll(async () => {
    served = await elastiCache(engine);
    sdk = new ElastiCacheClient(served.client);
  });
  afterAll(async () => {
    sdk.destroy();
    await served.close();
  });

  it("[RED-1] speaks TLS with the authority's certificate, and nothing else", async () => {
    const state = await groupProvider(served.made).create(properties, stackContext("Sessions"));
    const redis = client(state);
    await redis.set("login", "kept");
    expect(await redis.get("login")).toBe("kept");
    const plain = connect(Number(state.attributes["PrimaryEndPoint.Port"]), "127.0.0.1");
    const answer = await new Promise<string>((resolve) => {
      let text = "";
      plain.on("data", (data) => {
        text += data.toString("latin1");
      });
      plain.on("error", () => undefined);
      plain.on("close", () => resolve(text));
      plain.write("PING\r\n");
    });
    expect(answer).not.toContain("PONG");
    await groupProvider(served.made).delete(state, properties, stackContext("Sessions"));
    await groupProvider(served.made).delete(state, properties, stackContext("Sessions"));
  });

  it("[RED-4] describes its nodes, failover and endpoints as ElastiCache does", async () => {
    const context = stackContext("Sessions", { "sst:app": "mcp-fleet" });
    const state = await groupProvider(served.made).create(properties, context);
    const { ReplicationGroups } = await sdk.send(
      new DescribeReplicationGroupsCommand({ ReplicationGroupId: state.physicalId }),
    );
    const Port = Number(state.attributes["PrimaryEndPoint.Port"]);
    expect(ReplicationGroups).toHaveLength(1);
    expect(ReplicationGroups?.[0]).toMatchObject({
      ReplicationGroupId: "local-mcp-redis",
      Status: "available",
      AutomaticFailover: "enabled",
      CacheNodeType: "cache.t4g.micro",
      TransitEncryptionEnabled: true,
      AtRestEncryptionEnabled: true,
      AuthTokenEnabled: false,
      MemberClusters: ["local-mcp-redis-001", "local-mcp-redis-002"],
      NodeGroups: [
        {
          PrimaryEndpoint: { Address: "127.0.0.1", Port },
          ReaderEndpoint: { Address: "127.0.0.1", Port },
          NodeGroupMembers: [{ CurrentRole: "primary" }, { CurrentRole: "replica" }],
        },
      ],
    });
    const grown = await sdk.send(
      new IncreaseReplicaCountCommand({
        ReplicationGroupId: state.physicalId,
        NewReplicaCount: 2,
        ApplyImmediately: true,
      }),
    );
    expect(grown.ReplicationGroup?.MemberClusters).toHaveLength(3);
    const ResourceName = String(ReplicationGroups?.[0]?.ARN);
    expect((await sdk.send(new ListTagsForResourceCommand({ ResourceName }))).TagList).toEqual([
      { Key: "sst:app", Value: "mcp-fleet" },
    ]);
    await groupProvider(served.made).delete(state, properties, context);
    await expect(
      sdk.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId: state.physicalId })),
    ).rejects.toMatchObject({ name: "ReplicationGroupNotFoundFault" });
  });

  it("[REL-8] restores every key of a snapshot, with its time to live, into a group beside the one it was taken of", async () => {
    const source = {
      ...properties,
      ReplicationGroupId: "source",
      CacheSubnetGroupName: "private",
      SecurityGroupIds: ["sg-1"],
    };
    const redis = client(await groupProvider(served.made).create(source, stackContext("Sessions")));
    await redis.set("login", "kept", "EX", 1_000);
    await redis.set(Buffer.from([0, 255, 13, 10]), Buffer.from([255, 0, 10]));
    await redis.hset("session", { user: "ada", "": "empty" });
    await redis.sadd("groups", "one", "two");
    await redis.set("gone", "soon", "PX", 1);
    await redis.select(3);
    await redis.set("elsewhere", "too");
    await redis.select(0);
    const taken = await sdk.send(new CreateSnapshotCommand({ SnapshotName: "before", ReplicationGroupId: "source" }));
    expect(taken.Snapshot).toMatchObject({ SnapshotStatus: "creating", SnapshotSource: "manual" });
    const described = () => sdk.send(new DescribeSnapshotsCommand({ SnapshotName: "before" }));
    await expect.poll(async () => (await described()).Snapshots?.[0]?.SnapshotStatus).toBe("available");
    expect((await described()).Snapshots).toMatchObject([{ CacheNodeType: "cache.t4g.micro", EngineVersion: "7.1" }]);
    await redis.set("login", "changed since");

    const wanted = { ReplicationGroupId: "Restored", ReplicationGroupDescription: "Beside", SnapshotName: "before" };
    const create = new CreateReplicationGroupCommand({
      ...wanted,
      TransitEncryptionEnabled: true,
      SecurityGroupIds: ["sg-1"],
    });
    const { ReplicationGroup } = await sdk.send(create);
    expect(ReplicationGroup).toMatchObject({ ReplicationGroupId: "restored", Status: "creating" });
    expect(ReplicationGroup?.NodeGroups ?? []).toEqual([]);
    await expect(sdk.send(create)).rejects.toMatchObject({ name: "ReplicationGroupAlreadyExistsFault" });
    const ReplicationGroupId = "restored";
    const group = async () =>
      (await sdk.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId }))).ReplicationGroups?.[0];
    await expect.poll(async () => (await group())?.Status, { timeout: 20_000 }).toBe("available");
    const { Address, Port } = (await group())?.NodeGroups?.[0]?.PrimaryEndpoint ?? {};
    const restored = client({
      physicalId: ReplicationGroupId,
      attributes: { "PrimaryEndPoint.Address": Address, "PrimaryEndPoint.Port": String(Port) },
    });
    expect(await restored.get("login")).toBe("kept");
    expect(await restored.ttl("login")).toBeGreaterThan(900);
    expect(await restored.getBuffer(Buffer.from([0, 255, 13, 10]))).toEqual(Buffer.from([255, 0, 10]));
    expect(await restored.hgetall("session")).toEqual({ user: "ada", "": "empty" });
    expect((await restored.smembers("groups")).toSorted()).toEqual(["one", "two"]);
    expect(await restored.dbsize()).toBe(4);
    await restored.select(3);
    expect(await restored.get("elsewhere")).toBe("too");
    expect(await redis.get("login")).toBe("changed since");

    const itemsOf = (CacheClusterId: string) =>
      metrics.findLast(
        ({ metric, dimensions }) => metric === "CurrItems" && dimensions.CacheClusterId === CacheClusterId,
      );
    await expect.poll(() => itemsOf("restored-001")?.value, { timeout: 20_000 }).toBe(5);
    const { CacheClusters } = await sdk.send(new DescribeCacheClustersCommand({ CacheClusterId: "source-001" }));
    expect(CacheClusters).toMatchObject([
      { ReplicationGroupId: "source", CacheSubnetGroupName: "private", SecurityGroups: [{ SecurityGroupId: "sg-1" }] },
    ]);
    const gone = await sdk.send(new DeleteReplicationGroupCommand({ ReplicationGroupId }));
    expect(gone.ReplicationGroup).toMatchObject({ Status: "deleting" });
    await expect.poll(() => group().catch(({ name }) => name)).toBe("ReplicationGroupNotFoundFault");
    await sdk.send(new DeleteSnapshotCommand({ SnapshotName: "before" }));
    await expect(described()).rejects.toMatchObject({ name: "SnapshotNotFoundFault" });
  });

  it("[REL-8] refuses a snapshot of what is not there, and a group from one that is not", async () => {
    const snapshot = (ReplicationGroupId: string) =>
      sdk.send(new CreateSnapshotCommand({ SnapshotName: "none", ReplicationGroupId }));
    await expect(snapshot("nobody")).rejects.toMatchObject({ name: "ReplicationGroupNotFoundFault" });
    const restore = (change: object) =>
      sdk.send(
        new CreateReplicationGroupCommand({
          ReplicationGroupId: "from-none",
          ReplicationGroupDescription: "None",
          SnapshotName: "none",
          TransitEncryptionEnabled: true,
          ...change,
        }),
      );
    await expect(restore({})).rejects.toMatchObject({ name: "SnapshotNotFoundFault" });
    await expect(restore({ AuthToken: "x".repeat(16), TransitEncryptionEnabled: false })).rejects.toThrow(
      /needs TransitEnc/,
    );
    const { ReplicationGroup } = await sdk.send(
      new CreateReplicationGroupCommand({
        ReplicationGroupId: "unfinished",
        ReplicationGroupDescription: "Not there yet",
        TransitEncryptionEnabled: true,
      }),
    );
    expect(ReplicationGroup?.Status).toBe("creating");
    const ReplicationGroupId = "unfinished";
    await expect(snapshot(ReplicationGroupId)).rejects.toMatchObject({ name: "InvalidReplicationGroupStateFault" });
    await expect(sdk.send(new DeleteReplicationGroupCommand({ ReplicationGroupId }))).rejects.toMatchObject({
      name: "InvalidReplicationGroupStateFault",
    });
  });

  it("accepts both AUTH tokens between ROTATE and SET, and keeps neither on disk", async () => {
    const [first, second] = ["first-token-0123456789", "second-token-987654321"];
    const withToken = { ...properties, ReplicationGroupId: "tokens", AuthToken: first };
    const state = await groupProvider(served.made).create(withToken, stackContext("Tokens"));
    const modify = (AuthTokenUpdateStrategy: "ROTATE" | "SET", AuthToken: string) =>
      sdk.send(
        new ModifyReplicationGroupCommand({
          ReplicationGroupId: "tokens",
          AuthToken,
          AuthTokenUpdateStrategy,
          ApplyImmediately: true,
        }),
      );
    expect([await accepts(state, first), await accepts(state, second), await accepts(state)]).toEqual([
      true,
      false,
      false,
    ]);
    await modify("ROTATE", second);
    expect([await accepts(state, first), await accepts(state, second)]).toEqual([true, true]);
    await modify("SET", second);
    expect([await accepts(state, first), await accepts(state, second)]).toEqual([false, true]);
    const configuration = await readFile(join(folder, "redis", "tokens", "redis.conf"), "utf8");
    expect(configuration).not.toContain(first);
    expect(log.join("\n")).not.toContain(first);
    await expect(modify("SET", "too short")).rejects.toMatchObject({ name: "InvalidParameterValueException" });
  });

  it("lets clients without a token in until the first SET", async () => {
    const state = await groupProvider(served.made).create(
      { ...properties, ReplicationGroupId: "opened" },
      stackContext("Opened"),
    );
    const change = { ReplicationGroupId: "opened", AuthToken: "a-token-0123456789", ApplyImmediately: true };
    await sdk.send(new ModifyReplicationGroupCommand({ ...change, AuthTokenUpdateStrategy: "ROTATE" }));
    expect(await accepts(state)).toBe(true);
    await sdk.send(new ModifyReplicationGroupCommand({ ...change, AuthTokenUpdateStrategy: "SET" }));
    expect([await accepts(state), await accepts(state, change.AuthToken)]).toEqual([false, true]);
  });

  it("comes back on the same port when the server dies", async () => {
    const state = await groupProvider(served.made).create(
      { ...properties, ReplicationGroupId: "mortal" },
      stackContext("Mortal"),
    );
    await client(state)
      .call("SHUTDOWN", "NOSAVE")
      .catch(() => undefined);
    await expect.poll(() => accepts(state).catch(() => false), { timeout: 5_000 }).toBe(true);
  });
}

describe("what serves ElastiCache", () => {
  /** A program on a PATH of its own, and what is found there. */
  async function foundWhere(name: string, script: string): Promise<string> {
    const bin = await mkdtemp(join(folder, "bin-"));
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return describeEngine(await findEngine(`${join(folder, "nothing-here")}:${bin}`)).replaceAll(bin, "BIN");
  }
  const failsAt = (line: number) => `cat >/dev/null; echo "*** FATAL CONFIG FILE ERROR (Valkey 8.1.3) ***
Reading the configuration file, at line ${line}" >&2; exit 1`;

  it("[STR-1] is the embedded store where the PATH has no program, and the description says so", async () => {
    expect(describeEngine(await findEngine(join(folder, "nothing-here")))).toBe(
      "the embedded store (no redis-server or valkey-server on the PATH)",
    );
  });

  it("is a program that speaks TLS, by its name and version", async () => {
    expect(await foundWhere("valkey-server", failsAt(2))).toBe("valkey-server 8.1.3");
  });

  it.each([
    ["was built without TLS", failsAt(1)],
    ["does not run", "exit 127"],
    ["says nothing that is known", "echo hello"],
  ])("is the embedded store where the program %s", async (_what, script) => {
    expect(await foundWhere("redis-server", script)).toBe(
      "the embedded store (BIN/redis-server cannot serve TLS, which takes Redis 6 or newer, built with it)",
    );
  });

  it.each([
    ["no TLS", { TransitEncryptionEnabled: false }, /TransitEncryptionEnabled/],
    ["failover with one node", { NumCacheClusters: 1 }, /NumCacheClusters of at least 2, it is 1/],
    ["a token with a space", { AuthToken: "a token with spaces" }, /16 to 128/],
  ])("refuses %s", async (_name, change, message) => {
    const served = await elastiCache(embedded);
    const create = groupProvider(served.made).create({ ...properties, ...change }, stackContext("Sessions"));
    await expect(create).rejects.toThrow(message);
    await served.close();
  });
});
