import {
  type DescribeSecretCommandInput,
  type GetSecretValueCommandInput,
  InvalidParameterException,
  InvalidRequestException,
  LimitExceededException,
  type ListSecretsCommandInput,
  type ListSecretVersionIdsCommandInput,
  type PutSecretValueCommandInput,
  ResourceExistsException,
  ResourceNotFoundException,
  type TagResourceCommandInput,
  type UntagResourceCommandInput,
  type UpdateSecretVersionStageCommandInput,
} from "@aws-sdk/client-secrets-manager";
import type { Dice } from "./dice.ts";
import type { Nature } from "./plot.ts";
import type { Time } from "./time.ts";
import { place, type Version, without } from "./versions.ts";

interface State {
  readonly versions: readonly Version[];
  readonly tags: Readonly<Record<string, string>>;
  readonly rotates: boolean;
}

interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  /** The newest last: what a read shows may be a moment old. */
  history: readonly { readonly at: number; readonly state: State }[];
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const labelsAtMost = 20;
const tagsAtMost = 50;
const $metadata = {};

export interface Watcher {
  /** Not for AWSPENDING and AWSPREVIOUS. */
  labelMoved(name: string, label: string): void;
  currentMoved(name: string, version: Version): void;
}

/** Secrets Manager, from its documentation: versions, labels, limits, and reads that lag behind. */
export class SecretsManager {
  readonly #secrets = new Map<string, Secret>();
  readonly #time: Time;
  readonly #dice: Dice;
  readonly #nature: Nature;
  readonly #watcher: Watcher;
  #made = 0;

  constructor(time: Time, dice: Dice, nature: Nature, watcher: Watcher) {
    this.#time = time;
    this.#dice = dice;
    this.#nature = nature;
    this.#watcher = watcher;
  }

  create(name: string, versions: readonly Version[], tags: State["tags"], rotates: boolean): void {
    const at = this.#time.now();
    const arn = `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`;
    this.#secrets.set(name, { name, arn, createdAt: at, history: [{ at, state: { versions, tags, rotates } }] });
  }

  /** What is, with no lag. */
  state(id: string): State {
    const { history } = this.#find(id);
    return newest(history).state;
  }

  holder(id: string, label: string): Version | undefined {
    return this.state(id).versions.find(({ labels }) => labels.includes(label));
  }

  arnOf(id: string): string {
    return this.#find(id).arn;
  }

  /** What a task that starts now is given. */
  readCurrent(id: string): string | undefined {
    return this.#seen(this.#find(id)).versions.find(({ labels }) => labels.includes("AWSCURRENT"))?.text;
  }

  setRotation(id: string, rotates: boolean): void {
    this.#change(this.#find(id), (state) => ({ ...state, rotates }));
  }

  newVersionId(): string {
    this.#made += 1;
    return `${String(this.#made).padStart(8, "0")}-feed-4ace-8bad-000000000000`;
  }

  describe({ SecretId = "" }: DescribeSecretCommandInput) {
    const secret = this.#find(SecretId);
    const { versions, tags, rotates } = this.#seen(secret);
    return {
      ARN: secret.arn,
      Name: secret.name,
      RotationEnabled: rotates,
      CreatedDate: new Date(secret.createdAt),
      VersionIdsToStages: Object.fromEntries(
        versions.filter(({ labels }) => labels.length > 0).map(({ id, labels }) => [id, [...labels]]),
      ),
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    };
  }

  /** By the beginnings of names; what it shows may be minutes old. */
  listAll({ Filters = [] }: ListSecretsCommandInput) {
    const sought = Filters.flatMap(({ Values = [] }) => Values);
    const own = [...this.#secrets.values()].filter(({ name }) => sought.some((start) => name.startsWith(start)));
    const shown = this.#time.now() - this.#nature.listLag;
    return {
      SecretList: own.map(({ name, arn, history }) => {
        const seen = history.findLast(({ at }) => at <= shown) ?? history[0] ?? newest(history);
        const labelled = seen.state.versions.filter(({ labels }) => labels.length > 0);
        return {
          ARN: arn,
          Name: name,
          LastChangedDate: new Date(seen.at),
          SecretVersionsToStages: Object.fromEntries(labelled.map(({ id, labels }) => [id, [...labels]])),
          Tags: Object.entries(seen.state.tags).map(([Key, Value]) => ({ Key, Value })),
        };
      }),
    };
  }

  read({ SecretId = "", VersionId, VersionStage }: GetSecretValueCommandInput) {
    const secret = this.#find(SecretId);
    const version = this.#seen(secret).versions.find(
      ({ id, labels }) =>
        (VersionId === undefined || id === VersionId) &&
        (VersionId !== undefined && VersionStage === undefined ? true : labels.includes(VersionStage ?? "AWSCURRENT")),
    );
    if (version?.text === undefined) {
      throw new ResourceNotFoundException({
        message: "Secrets Manager can't find the specified secret value",
        $metadata,
      });
    }
    return { ARN: secret.arn, VersionId: version.id, SecretString: version.text, VersionStages: [...version.labels] };
  }

  list({ SecretId = "", IncludeDeprecated = false }: ListSecretVersionIdsCommandInput) {
    const shown = this.#seen(this.#find(SecretId)).versions.filter(
      ({ labels }) => IncludeDeprecated || labels.length > 0,
    );
    return {
      Versions: shown.map(({ id, labels, createdAt }) => ({
        VersionId: id,
        VersionStages: [...labels],
        CreatedDate: new Date(createdAt + this.#nature.secretsSkew),
      })),
    };
  }

  put({ SecretId = "", ClientRequestToken, SecretString, VersionStages }: PutSecretValueCommandInput) {
    const secret = this.#find(SecretId);
    const id = ClientRequestToken ?? this.newVersionId();
    const labels = VersionStages ?? ["AWSCURRENT"];
    const { versions } = newest(secret.history).state;
    const there = versions.find((version) => version.id === id);
    if (there?.text !== undefined) {
      if (there.text === SecretString) return { VersionId: id };
      throw new ResourceExistsException({ message: "A resource with the ID you requested already exists.", $metadata });
    }
    const version = { id, text: SecretString, createdAt: there?.createdAt ?? this.#time.now(), labels: [] };
    const others = versions.filter((one) => one.id !== id);
    // A value put by hand ends the rotation that is under way.
    const freed = labels.includes("AWSCURRENT") ? others.map((one) => without(one, "AWSPENDING")) : others;
    const first = { ...version, labels: there?.labels ?? [] };
    this.#label(secret, [...freed, first], labels, id);
    return { VersionId: id };
  }

  moveLabel(input: UpdateSecretVersionStageCommandInput) {
    const { SecretId = "", VersionStage = "", MoveToVersionId: to, RemoveFromVersionId: from } = input;
    const secret = this.#find(SecretId);
    const { versions } = newest(secret.history).state;
    const holder = versions.find(({ labels }) => labels.includes(VersionStage))?.id;
    if (to !== undefined && !versions.some(({ id }) => id === to)) {
      throw new ResourceNotFoundException({ message: "Secrets Manager can't find the specified version.", $metadata });
    }
    if (holder !== from && holder !== to) {
      const message = "The parameter RemoveFromVersionId can't be empty, or it does not hold the staging label.";
      throw new InvalidParameterException({ message, $metadata });
    }
    if (from !== undefined && from !== holder) {
      throw new InvalidParameterException({ message: "The staging label is not attached to that version.", $metadata });
    }
    if (to === undefined) {
      if (VersionStage === "AWSCURRENT") {
        throw new InvalidParameterException({ message: "You can't remove AWSCURRENT without moving it.", $metadata });
      }
      const freed = versions.map((one) => without(one, VersionStage));
      this.#change(secret, (state) => ({ ...state, versions: freed }));
      this.#tell(secret.name, [VersionStage]);
      return {};
    }
    this.#label(secret, versions, [VersionStage], to);
    return {};
  }

  tag({ SecretId = "", Tags = [] }: TagResourceCommandInput) {
    const added = Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
    this.#change(this.#find(SecretId), (state) => {
      const tags = { ...state.tags, ...added };
      if (Object.keys(tags).length > tagsAtMost) {
        throw new InvalidParameterException({ message: "You have more than 50 tags.", $metadata });
      }
      return { ...state, tags };
    });
    return {};
  }

  untag({ SecretId = "", TagKeys = [] }: UntagResourceCommandInput) {
    this.#change(this.#find(SecretId), (state) => ({
      ...state,
      tags: Object.fromEntries(Object.entries(state.tags).filter(([key]) => !TagKeys.includes(key))),
    }));
    return {};
  }

  /** The empty version that a rotation begins with; the token of the one that is not complete, where there is one. */
  beginRotation(id: string, text?: string): { readonly token: string; readonly begun: boolean } {
    const secret = this.#find(id);
    const { versions, rotates } = newest(secret.history).state;
    if (!rotates)
      throw new InvalidRequestException({ message: "Rotation isn't configured for the secret.", $metadata });
    const pending = versions.find(({ labels }) => labels.includes("AWSPENDING"));
    if (pending !== undefined && !pending.labels.includes("AWSCURRENT")) return { token: pending.id, begun: false };
    const token = this.newVersionId();
    const version = { id: token, text, createdAt: this.#time.now(), labels: [] };
    this.#label(secret, [...versions, version], ["AWSPENDING"], token);
    return { token, begun: true };
  }

  #label(secret: Secret, versions: readonly Version[], labels: readonly string[], to: string): void {
    let moved = versions;
    const current = moved.find((one) => one.labels.includes("AWSCURRENT"))?.id;
    if (labels.includes("AWSCURRENT") && current !== undefined && current !== to) {
      moved = place(moved, "AWSPREVIOUS", current);
    }
    for (const label of labels) moved = place(moved, label, to);
    if (moved.flatMap((one) => one.labels).length > labelsAtMost) {
      throw new LimitExceededException({ message: "You have too many staging labels.", $metadata });
    }
    this.#change(secret, (state) => ({ ...state, versions: moved }));
    this.#tell(secret.name, labels);
    const now = moved.find(({ id }) => id === to);
    if (labels.includes("AWSCURRENT") && now !== undefined) this.#watcher.currentMoved(secret.name, now);
  }

  #tell(name: string, labels: readonly string[]): void {
    for (const label of labels) {
      if (label !== "AWSPENDING" && label !== "AWSPREVIOUS") this.#watcher.labelMoved(name, label);
    }
  }

  #change(secret: Secret, change: (state: State) => State): void {
    const state = change(newest(secret.history).state);
    const at = this.#time.now();
    secret.history = [...secret.history.slice(-64), { at, state }];
  }

  #seen({ history }: Secret): State {
    const { secretsLag } = this.#nature;
    const shown = this.#time.now() - (this.#dice.chance(0.3) ? this.#dice.between(0, secretsLag) : 0);
    return (history.findLast(({ at }) => at <= shown) ?? history[0] ?? newest(history)).state;
  }

  #find(id: string): Secret {
    const found = this.#secrets.get(id) ?? [...this.#secrets.values()].find(({ arn }) => arn === id);
    if (found !== undefined) return found;
    throw new ResourceNotFoundException({ message: "Secrets Manager can't find the specified secret.", $metadata });
  }
}

function newest(history: Secret["history"]): Secret["history"][number] {
  const last = history.at(-1);
  if (last === undefined) throw new Error("A secret without a state was never created.");
  return last;
}
