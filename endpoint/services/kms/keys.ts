import { randomUUID } from "node:crypto";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Clock, Place } from "#endpoint/core/ports.ts";
import type { Statement } from "#endpoint/services/iam/policy-document.ts";
import { statementsIn } from "#endpoint/services/iam/resource-policy.ts";

export interface Key {
  readonly id: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly usage: string;
  readonly spec: string;
  description: string;
  enabled: boolean;
  policy: string;
  statements: readonly Statement[];
  /** When it goes, once somebody deleted it. */
  deletedAt: Date | undefined;
}

interface KeyPorts {
  readonly place: Pick<Place, "region" | "account">;
  readonly clock: Clock;
}

export type KeySettings = Pick<Key, "description" | "enabled"> & { readonly policy: string | undefined };

/** Keys and their aliases. Nothing is encrypted here: what counts is who may use a key. */
export class Keys {
  readonly #keys = new Map<string, Key>();
  readonly #aliases = new Map<string, string>();
  readonly #ports: KeyPorts;

  constructor(ports: KeyPorts) {
    this.#ports = ports;
  }

  create({ usage, spec, ...settings }: KeySettings & Pick<Key, "usage" | "spec">): Key {
    const { region, account } = this.#ports.place;
    const id = randomUUID();
    const key: Key = {
      ...{ id, arn: `arn:aws:kms:${region}:${account}:key/${id}`, createdAt: new Date(this.#ports.clock.now()) },
      ...{ usage, spec, description: "", enabled: true, policy: "", statements: [], deletedAt: undefined },
    };
    this.change(key, settings);
    this.#keys.set(id, key);
    return key;
  }

  /** Throws `MalformedPolicyDocumentException`. */
  change(key: Key, { policy = this.#usualPolicy(), ...settings }: KeySettings): void {
    const statements = statementsIn(policy);
    if (statements === undefined) throw malformed("The policy is not a valid document");
    const root = `arn:aws:iam::${this.#ports.place.account}:root`;
    // Whoever makes a key through CloudFormation is not named in its policy: the account has to be.
    const keeps = statements.some(
      ({ Effect, Principal, Action = [] }) =>
        Effect === "Allow" &&
        (Principal === "*" || Principal?.AWS?.some((it) => it === root || it === "*") === true) &&
        Action.some((action) => /^kms:(?:\*|Put\*|PutKeyPolicy)$/.test(action)),
    );
    if (!keeps) throw malformed("The new key policy will not allow you to update the key policy in the future.");
    Object.assign(key, { ...settings, policy, statements });
  }

  name(alias: string, key: Key): void {
    this.#aliases.set(alias, key.id);
  }

  unname(alias: string): void {
    this.#aliases.delete(alias);
  }

  delete(id: string, days: number): void {
    const key = this.#keys.get(id);
    if (key !== undefined) key.deletedAt = new Date(this.#ports.clock.now() + days * 86_400_000);
  }

  /** By id, ARN or alias; one that is to be deleted, too. */
  find(reference: string): Key | undefined {
    const name = /(?:^|:)(alias\/.+)$/.exec(reference)?.[1];
    const id = name === undefined ? reference.slice(reference.lastIndexOf("/") + 1) : this.#aliases.get(name);
    return this.#keys.get(id ?? "");
  }

  /** Throws `NotFoundException`. */
  get(reference: string): Key {
    const key = this.find(reference);
    if (key !== undefined) return key;
    const { region, account } = this.#ports.place;
    const arn = reference.startsWith("arn:") ? reference : `arn:aws:kms:${region}:${account}:key/${reference}`;
    throw new AwsError("NotFoundException", `Key '${arn}' does not exist`);
  }

  #usualPolicy(): string {
    const AWS = `arn:aws:iam::${this.#ports.place.account}:root`;
    const Statement = [{ Effect: "Allow", Principal: { AWS }, Action: "kms:*", Resource: "*" }];
    return JSON.stringify({ Version: "2012-10-17", Statement });
  }
}

function malformed(message: string): AwsError {
  return new AwsError("MalformedPolicyDocumentException", message);
}
