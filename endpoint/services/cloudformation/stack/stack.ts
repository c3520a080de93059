import type { ResourceState } from "#endpoint/core/service.ts";
import type { Policy, Template } from "../template/document.ts";
import type { Json, JsonObject } from "../template/json.ts";
import type { StackParameter } from "../template/parameters.ts";

type Outcome = "IN_PROGRESS" | "COMPLETE" | "FAILED";

export type StackStatus =
  | "REVIEW_IN_PROGRESS"
  | `CREATE_${Outcome}`
  | `ROLLBACK_${Outcome}`
  | `UPDATE_${Outcome}`
  | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
  | `UPDATE_ROLLBACK_${Outcome}`
  | "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
  | `DELETE_${Outcome}`;

export type ResourceStatus = `${"CREATE" | "UPDATE" | "DELETE"}_${Outcome}` | "DELETE_SKIPPED";

/** A resource as the stack last left it. Immutable: an operation puts a new record in the stack's map. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  /** Absent when it never came to be. */
  readonly state?: ResourceState;
  /** With every function evaluated, as the provider got them. */
  readonly properties: JsonObject;
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: Policy;
  readonly replacePolicy: Policy;
  readonly metadata?: Json;
  readonly status: ResourceStatus;
  readonly reason?: string;
  /** Milliseconds since the epoch, as every time here. */
  readonly at: number;
}

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

export interface StackEvent {
  readonly id: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: StackStatus | ResourceStatus;
  readonly reason?: string;
  readonly token?: string;
  readonly at: number;
}

/** What a stack is asked to be. */
export interface Target {
  readonly template: Template;
  readonly body: string;
  readonly parameters: readonly StackParameter[];
  readonly tags: Readonly<Record<string, string>>;
}

/** The settings of a stack that change nothing in its resources. */
export interface StackOptions {
  readonly disableRollback: boolean;
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly roleArn?: string;
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  updatedAt?: number;
  /** The change set that was executed last. */
  changeSetId?: string;
  deletedAt?: number;
  status: StackStatus;
  reason?: string;
  /** What it was last brought to; absent while under review, and until a first creation is done. */
  current: Target | undefined;
  options: StackOptions;
  policy?: string;
  terminationProtection: boolean;
  /** What the last drift detection came to; an update of the stack leaves it as it was. */
  drift?: { readonly status: "DRIFTED" | "IN_SYNC" | "NOT_CHECKED"; readonly at: number };
  readonly resources: Map<string, StackResource>;
  outputs: readonly StackOutput[];
  imports: ReadonlySet<string>;
  /** Oldest first. */
  readonly events: StackEvent[];
  /** Client request tokens already honoured, as `<operation>:<token>`. */
  readonly tokens: Set<string>;
}

/** True for a resource that exists: created at some time and not deleted since. */
export function exists(resource: StackResource | undefined): resource is StackResource & { state: ResourceState } {
  return resource?.state !== undefined && resource.status !== "DELETE_COMPLETE" && resource.status !== "DELETE_SKIPPED";
}

export function isBusy(status: StackStatus): boolean {
  return status.endsWith("_IN_PROGRESS") && status !== "REVIEW_IN_PROGRESS";
}
