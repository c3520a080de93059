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
  /** `taken`: the version exists, with another value. */
  put(secretId: string, version: NewVersion): Promise<"written" | "taken">;
  /** Compare-and-swap: `refused` if `from` does not hold the label, or if it was omitted although there is a holder. */
  moveLabel(
    secretId: string,
    label: string,
    move: { readonly to?: string; readonly from?: string },
  ): Promise<"moved" | "refused">;
  tag(secretId: string, name: string, value: string): Promise<void>;
  untag(secretId: string, name: string): Promise<void>;
}

export interface NewVersion {
  /** The version's id: 32 to 64 characters. */
  readonly token: string;
  readonly text: string;
  readonly label: string;
}

/** ECS services as far as a change of a secret concerns them. Times are milliseconds since the epoch. */
export interface ServiceFleet {
  /** Missing or inactive services are omitted. */
  describe(services: readonly string[]): Promise<readonly ServiceState[]>;
  /** Tasks that have not ended, including those that are stopping. */
  tasks(service: string): Promise<readonly TaskState[]>;
  /** Starts a new deployment of the same task definition. */
  roll(service: string): Promise<void>;
}

export interface ServiceState {
  readonly name: string;
  readonly desiredCount: number;
  readonly primary: DeploymentState | undefined;
  /** When deployments of it were given up, as far back as ECS remembers. */
  readonly failures: readonly number[];
}

export interface DeploymentState {
  readonly id: string;
  readonly createdAt: number;
  readonly state: "IN_PROGRESS" | "COMPLETED" | "FAILED";
}

export interface TaskState {
  readonly createdAt: number;
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
