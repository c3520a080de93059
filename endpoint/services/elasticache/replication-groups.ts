import { join } from "node:path";
import { AwsError } from "#endpoint/core/errors.ts";
import type { MetricSink, Place } from "#endpoint/core/ports.ts";
import { checkToken, onlyToken, type TokenStrategy, updateTokens } from "./auth-token.ts";
import type { Engine } from "./cache-engine.ts";
import type { StoredKey } from "./contents.ts";
import { reportItems } from "./item-report.ts";
import type { ReplicationGroup, ReplicationGroupRequest, ReplicationGroupSettings } from "./model.ts";
import { type RedisPorts, type RedisServer, startRedis } from "./redis.ts";
import { Snapshots } from "./snapshots.ts";

export interface ReplicationGroupPorts extends RedisPorts {
  readonly place: Place;
  readonly metrics: MetricSink;
  /** Where each server has a folder of its own. */
  readonly folder: string;
  readonly engine: Engine;
}

/** Replication groups, each one server here: its nodes are records, and all of them have the server's address. */
export class ReplicationGroups {
  readonly #ports: ReplicationGroupPorts;
  readonly #groups = new Map<string, ReplicationGroup>();
  readonly #servers = new Map<string, RedisServer>();
  readonly #stopping = new AbortController();
  readonly snapshots: Snapshots;

  constructor(ports: ReplicationGroupPorts) {
    this.#ports = ports;
    this.snapshots = new Snapshots(ports);
    void reportItems(ports, () => this.#available(), this.#stopping.signal);
  }

  /** As `begin`; resolves once the server answers. */
  async create(id: string, request: ReplicationGroupRequest): Promise<ReplicationGroup> {
    const { group, ready } = this.begin(id, request);
    try {
      await ready;
    } catch (error) {
      this.#groups.delete(id);
      throw error;
    }
    return group;
  }

  /**
   * A group that is being created. Throws `ReplicationGroupAlreadyExists`, `SnapshotNotFoundFault` and
   * `InvalidSnapshotState`.
   */
  begin(id: string, { settings, authToken, snapshot }: ReplicationGroupRequest) {
    if (this.#groups.has(id))
      throw new AwsError("ReplicationGroupAlreadyExists", `Replication group ${id} already exists.`);
    if (authToken !== undefined) checkToken(authToken);
    const keys = snapshot === undefined ? [] : this.snapshots.keysOf(snapshot);
    const group: ReplicationGroup = {
      id,
      arn: this.#arn("replicationgroup", id),
      address: this.#ports.host,
      createdAt: this.#ports.clock.now(),
      status: "creating",
      port: 0,
      settings,
      tokens: onlyToken(authToken),
      tokenChangedAt: authToken === undefined ? undefined : this.#ports.clock.now(),
    };
    this.#groups.set(id, group);
    return { group, ready: this.#serve(group, keys) };
  }

  /** Throws `ReplicationGroupNotFoundFault`. */
  get(id: string): ReplicationGroup {
    const group = this.#groups.get(id);
    if (group === undefined)
      throw new AwsError("ReplicationGroupNotFoundFault", `Replication group ${id} not found.`, 404);
    return group;
  }

  all(): readonly ReplicationGroup[] {
    return [...this.#groups.values()];
  }

  change(id: string, settings: Partial<ReplicationGroupSettings>): ReplicationGroup {
    const group = this.get(id);
    const changed = { ...group.settings, ...settings };
    if (changed.automaticFailover && changed.nodes < 2)
      throw new AwsError(
        "InvalidParameterCombination",
        `Automatic failover of ${id} needs at least 2 nodes, it has ${changed.nodes}.`,
      );
    group.settings = changed;
    return group;
  }

  async changeToken(id: string, strategy: TokenStrategy, token: string): Promise<ReplicationGroup> {
    const group = this.get(id);
    checkToken(token);
    const tokens = updateTokens(group.tokens, strategy, token);
    await this.#servers.get(id)?.accept(tokens);
    group.tokens = tokens;
    group.tokenChangedAt = this.#ports.clock.now();
    return group;
  }

  /** Deleting what is gone already succeeds. */
  async delete(id: string): Promise<void> {
    const group = this.#groups.get(id);
    if (group !== undefined) group.status = "deleting";
    const server = this.#servers.get(id);
    await server?.stop();
    this.#servers.delete(id);
    this.#groups.delete(id);
  }

  /** Copies what is in a group. Throws `InvalidReplicationGroupState` while it is not available. */
  snapshot(name: string, groupId: string) {
    const group = this.available(groupId);
    return this.snapshots.begin(name, group, async () => (await this.#servers.get(groupId)?.contents.read()) ?? []);
  }

  /** One that can be worked with: ElastiCache refuses what is asked of another. */
  available(id: string): ReplicationGroup {
    const group = this.get(id);
    if (group.status === "available") return group;
    throw new AwsError("InvalidReplicationGroupState", `Replication group ${id} is ${group.status}, not available.`);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#servers.values()].map((server) => server.stop()));
    this.#servers.clear();
  }

  #available() {
    return this.all().flatMap((group) => {
      const server = this.#servers.get(group.id);
      return group.status === "available" && server !== undefined ? [{ group, server }] : [];
    });
  }

  async #serve(group: ReplicationGroup, keys: readonly StoredKey[]): Promise<void> {
    const { engine, folder } = this.#ports;
    try {
      const server = await startRedis(this.#ports, { engine, folder: join(folder, group.id), tokens: group.tokens });
      this.#servers.set(group.id, server);
      await server.contents.write(keys);
      group.port = server.port;
      group.status = "available";
    } catch (error) {
      group.status = "create-failed";
      throw error;
    }
  }

  #arn(kind: string, id: string): string {
    const { region, account } = this.#ports.place;
    return `arn:aws:elasticache:${region}:${account}:${kind}:${id}`;
  }
}
