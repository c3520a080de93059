/** A secret as Secrets Manager describes it, without its values. */
export interface SecretDescription {
  readonly arn: string;
  readonly name: string;
  readonly rotationEnabled: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Versions that carry a label. */
  readonly versions: readonly SecretVersion[];
  readonly tags: Readonly<Record<string, string>>;
}

export type ListedSecret = Pick<SecretDescription, "versions" | "tags"> & {
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
};

export interface SecretVersion {
  readonly id: string;
  readonly labels: readonly string[];
}

export interface DatedVersion {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Secrets Manager. Errors it does not name are the SDK's own. */
export interface SecretStore {
  /**
   * Those of the stage as they are listed, by ARN and by name: a hundred a call, and up to five minutes late. One of
   * another account is not among them.
   */
  list(secretIds: readonly string[]): Promise<ReadonlyMap<string, ListedSecret>>;
  describe(secretId: string): Promise<SecretDescription>;
  /** Milliseconds since the epoch; `undefined` when there is no such version. */
  createdAt(secretId: string, versionId: string): Promise<number | undefined>;
  /** Every version there still is, with a label or without, oldest first. */
  history(secretId: string): Promise<readonly DatedVersion[]>;
  /**
   * The text of a version, of a binary one a text that no JSON reader takes; `undefined` while a rotation has announced
   * it and given it no value.
   */
  read(secretId: string, versionId: string): Promise<string | undefined>;
  /** `taken`: the version exists, with another value. `full`: Secrets Manager keeps no more labels for it. */
  put(secretId: string, version: NewVersion): Promise<"written" | "taken" | "full">;
  /**
   * Compare-and-swap: `refused` if `from` does not hold the label, or if it was omitted although there is a holder.
   * `full`: Secrets Manager keeps no more labels for it.
   */
  moveLabel(
    secretId: string,
    label: string,
    move: { readonly to?: string; readonly from?: string },
  ): Promise<"moved" | "refused" | "full">;
  /** `full`: the secret has as many tags as AWS allows. */
  tag(secretId: string, name: string, value: string): Promise<"tagged" | "full">;
  untag(secretId: string, name: string): Promise<void>;
}

export interface NewVersion {
  /** The version's id: 32 to 64 characters. */
  readonly token: string;
  readonly text: string;
  readonly label: string;
}

/** ECS as far as a change of a secret concerns it, a request a call. Times are milliseconds since the epoch. */
export interface ServiceFleet {
  /** Ten at most. Missing or inactive services are omitted. */
  describe(services: readonly string[]): Promise<readonly ServiceState[]>;
  /** A page of the tasks of the cluster, or of one service, by what ECS wants them to do. */
  listTasks(query: TaskQuery): Promise<TaskPage>;
  /** A hundred at most. Missing ones are omitted. */
  describeTasks(tasks: readonly string[]): Promise<readonly TaskState[]>;
  /** What its containers read when a task is created: ARNs of secrets, each with what selects a part of it. */
  secretsOf(taskDefinition: string): Promise<readonly string[]>;
  /** Starts a new deployment of the same task definition, and returns its id. */
  roll(service: string): Promise<string>;
}

export interface TaskQuery {
  readonly service?: string;
  /** `STOPPED`: those that are stopping, and those that ended lately. */
  readonly wanted: "RUNNING" | "STOPPED";
  readonly from?: string;
}

export interface TaskPage {
  readonly tasks: readonly string[];
  readonly next: string | undefined;
}

export interface ServiceState {
  readonly name: string;
  readonly desiredCount: number;
  readonly primary: DeploymentState | undefined;
  /** Those that it replaces, while they have tasks. */
  readonly others: readonly DeploymentState[];
  /** Deployments that were given up, as far back as ECS remembers. */
  readonly failures: readonly DeploymentFailure[];
  /** When ECS last went back to what was completed, as far as it remembers; milliseconds since the epoch. */
  readonly rolledBackAt: number | undefined;
}

export interface DeploymentState {
  readonly id: string;
  readonly createdAt: number;
  readonly state: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  readonly taskDefinition: string;
}

export interface DeploymentFailure {
  readonly deploymentId: string;
  readonly at: number;
}

export interface TaskState {
  /** `undefined` for one that no service started. */
  readonly service: string | undefined;
  readonly deploymentId: string | undefined;
  readonly taskDefinition: string;
  readonly createdAt: number;
  readonly state: "running" | "stopping" | "ended";
}

/** The topic that people are subscribed to. */
export interface Announcer {
  announce(notice: Notice): Promise<void>;
}

export type Outcome =
  | "settled"
  | "rejected"
  | "restored"
  | "given-up"
  | "stuck"
  | "waiting"
  | "resumed"
  | "candidate-wanted"
  | "placeholder"
  | "alignment-conflict";

/** What happened to a secret, worded for people. It never contains a value. */
export interface Notice {
  readonly outcome: Outcome;
  /** Its key in the map. */
  readonly secret: string;
  readonly versionId: string;
  readonly services: readonly string[];
  readonly text: string;
  /** What a person has to do; empty if nothing. */
  readonly remedy: string;
}

/** Milliseconds since the epoch, and waiting. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Writes one line of structured log. Never a value. */
export type Log = (entry: Readonly<Record<string, unknown>>) => void;
