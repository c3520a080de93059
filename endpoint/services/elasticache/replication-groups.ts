import { join } from "node:path";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Place } from "#endpoint/core/ports.ts";
import { type AcceptedTokens, checkToken, onlyToken, type TokenStrategy, updateTokens } from "./auth-token.ts";
import type { Engine } from "./cache-engine.ts";
import { type RedisPorts, type RedisServer, startRedis } from "./redis.ts";

export interface ReplicationGroupSettings {
  readonly description: string;
  readonly nodes: number;
  readonly nodeType: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly automaticFailover: boolean;
  readonly multiAz: boolean;
  readonly encryptedAtRest: boolean;
  readonly snapshotRetentionDays: number;
  readonly snapshotWindow: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ReplicationGroup {
  readonly id: string;
  readonly arn: string;
  readonly address: string;
  readonly port: number;
  readonly createdAt: number;
  settings: ReplicationGroupSettings;
  tokens: AcceptedTokens;
  tokenChangedAt: number | undefined;
}

/** A record: Redis here keeps nothing on disk, so there is nothing to restore from it. */
export interface Snapshot {
  readonly name: string;
  readonly arn: string;
  readonly groupId: string;
  readonly source: "manual" | "automated";
  readonly createdAt: number;
}

export interface ReplicationGroupPorts extends RedisPorts {
  readonly place: Place;
  /** Where each server has a folder of its own. */
  readonly folder: string;
  readonly engine: Engine;
}

/** Replication groups, each one server here: its nodes are records, and all of them have the server's address. */
export class ReplicationGroups {
  readonly #ports: ReplicationGroupPorts;
  readonly #groups = new Map<string, ReplicationGroup>();
  readonly #servers = new Map<string, RedisServer>();
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(ports: ReplicationGroupPorts) {
    this.#ports = ports;
  }

  /** Resolves once the server answers. Throws `ReplicationGroupAlreadyExists`. */
  async create(
    id: string,
    settings: ReplicationGroupSettings,
    authToken: string | undefined,
  ): Promise<ReplicationGroup> {
    if (this.#groups.has(id))
      throw new AwsError("ReplicationGroupAlreadyExists", `Replication group ${id} already exists.`);
    if (authToken !== undefined) checkToken(authToken);
    const tokens = onlyToken(authToken);
    const group: ReplicationGroup = {
      id,
      arn: this.#arn("replicationgroup", id),
      address: this.#ports.host,
      port: await this.#serve(id, tokens),
      createdAt: this.#ports.clock.now(),
      settings,
      tokens,
      tokenChangedAt: authToken === undefined ? undefined : this.#ports.clock.now(),
    };
    this.#groups.set(id, group);
    return group;
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
    const server = this.#servers.get(id);
    await server?.stop();
    this.#servers.delete(id);
    this.#groups.delete(id);
  }

  snapshot(name: string, groupId: string, source: Snapshot["source"]): Snapshot {
    this.get(groupId);
    if (this.#snapshots.has(name)) throw new AwsError("SnapshotAlreadyExistsFault", `Snapshot ${name} already exists.`);
    const snapshot = { name, arn: this.#arn("snapshot", name), groupId, source, createdAt: this.#ports.clock.now() };
    this.#snapshots.set(name, snapshot);
    return snapshot;
  }

  snapshots(): readonly Snapshot[] {
    return [...this.#snapshots.values()];
  }

  deleteSnapshot(name: string): Snapshot {
    const snapshot = this.#snapshots.get(name);
    if (snapshot === undefined) throw new AwsError("SnapshotNotFoundFault", `Snapshot ${name} not found.`, 404);
    this.#snapshots.delete(name);
    return snapshot;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.stop()));
    this.#servers.clear();
  }

  async #serve(id: string, tokens: AcceptedTokens): Promise<number> {
    const { engine, folder } = this.#ports;
    const server = await startRedis(this.#ports, { engine, folder: join(folder, id), tokens });
    this.#servers.set(id, server);
    return server.port;
  }

  #arn(kind: string, id: string): string {
    const { region, account } = this.#ports.place;
    return `arn:aws:elasticache:${region}:${account}:${kind}:${id}`;
  }
}
