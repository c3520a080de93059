import type { SecretStore } from "#rotation/ports.ts";

interface Version {
  readonly id: string;
  readonly text: string;
  readonly labels: readonly string[];
}

/** Secrets Manager in memory. What it refuses it quotes, as validators of AWS may. */
export class MemoryStore implements SecretStore {
  readonly #secrets = new Map<string, { versions: readonly Version[]; tags: Record<string, string> }>();
  refuses = false;

  add(secretId: string, ...texts: readonly string[]): void {
    const labels = [["AWSCURRENT"], ["AWSPREVIOUS", "settled"]];
    const versions = texts.map((text, at) => ({ id: `version-${at}`, text, labels: labels[at] ?? [] }));
    this.#secrets.set(secretId, { versions, tags: {} });
  }

  /** As Secrets Manager begins a rotation. */
  begin(secretId: string, id: string): void {
    this.#label(secretId, id, "AWSPENDING");
  }

  texts(): readonly string[] {
    return [...this.#secrets.values()].flatMap(({ versions }) => versions.map(({ text }) => text));
  }

  async describe(secretId: string) {
    const { versions, tags } = this.#of(secretId);
    const labelled = versions.filter(({ labels }) => labels.length > 0).map(({ id, labels }) => ({ id, labels }));
    return { arn: secretId, name: secretId, rotationEnabled: true, createdAt: 0, versions: labelled, tags };
  }

  async list() {
    const found = [...this.#secrets].map(([id, { versions, tags }]) => [id, { versions, tags, changedAt: 0 }] as const);
    return new Map(found);
  }

  async createdAt(): Promise<number> {
    return 0;
  }

  async history(secretId: string) {
    return this.#of(secretId).versions.map(({ id }) => ({ id, createdAt: 0 }));
  }

  async read(secretId: string, versionId: string): Promise<string | undefined> {
    return this.#of(secretId).versions.find(({ id, text }) => id === versionId && text !== "")?.text;
  }

  async put(secretId: string, { token, text, label }: Parameters<SecretStore["put"]>[1]): Promise<"written"> {
    if (this.refuses) throw new Error(`1 validation error detected: Value '${text}' at 'secretString' is bad`);
    const secret = this.#of(secretId);
    secret.versions = [...secret.versions.filter(({ id }) => id !== token), { id: token, text, labels: [] }];
    this.#label(secretId, token, label);
    return "written";
  }

  async moveLabel(secretId: string, label: string, { to, from }: Parameters<SecretStore["moveLabel"]>[2]) {
    const holder = this.#of(secretId).versions.find(({ labels }) => labels.includes(label))?.id;
    if (holder !== from) return "refused" as const;
    this.#label(secretId, to, label);
    return "moved" as const;
  }

  async tag(secretId: string, name: string, value: string): Promise<"tagged"> {
    this.#of(secretId).tags[name] = value;
    return "tagged";
  }

  async untag(secretId: string, name: string): Promise<void> {
    delete this.#of(secretId).tags[name];
  }

  #of(secretId: string) {
    const secret = this.#secrets.get(secretId);
    if (secret === undefined) throw new Error(`There is no secret ${secretId}.`);
    return secret;
  }

  #label(secretId: string, to: string | undefined, label: string): void {
    const secret = this.#of(secretId);
    const known = secret.versions.some(({ id }) => id === to);
    const all = to === undefined || known ? secret.versions : [...secret.versions, { id: to, text: "", labels: [] }];
    secret.versions = all.map(({ id, text, labels }) => {
      const others = labels.filter((one) => one !== label);
      return { id, text, labels: id === to ? [...others, label] : others };
    });
  }
}
