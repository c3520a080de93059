import type { AcceptedTokens } from "./auth-token.ts";

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
  readonly subnetGroup: string | undefined;
  readonly securityGroups: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface ReplicationGroup {
  readonly id: string;
  readonly arn: string;
  readonly address: string;
  readonly createdAt: number;
  status: "creating" | "available" | "create-failed" | "deleting";
  /** Known once it is available. */
  port: number;
  settings: ReplicationGroupSettings;
  tokens: AcceptedTokens;
  tokenChangedAt: number | undefined;
}

export interface ReplicationGroupRequest {
  readonly settings: ReplicationGroupSettings;
  readonly authToken: string | undefined;
  /** The name of the snapshot whose keys it begins with. */
  readonly snapshot?: string | undefined;
}

/** The names of its nodes, the primary first. */
export function memberClusters({ id, settings }: ReplicationGroup): readonly string[] {
  return Array.from({ length: settings.nodes }, (_, index) => `${id}-${String(index + 1).padStart(3, "0")}`);
}
