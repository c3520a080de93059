import type { Properties } from "#endpoint/core/service.ts";

export interface InertRecord {
  readonly type: string;
  readonly physicalId: string;
  readonly properties: Properties;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** The inert resources of all stacks, for the APIs that list them. */
export class InertRecords {
  readonly #records = new Map<string, InertRecord>();

  put(record: InertRecord): void {
    this.#records.set(`${record.type}/${record.physicalId}`, record);
  }

  delete(type: string, physicalId: string): void {
    this.#records.delete(`${type}/${physicalId}`);
  }

  ofType(type: string): readonly InertRecord[] {
    return [...this.#records.values()].filter((record) => record.type === type);
  }
}
