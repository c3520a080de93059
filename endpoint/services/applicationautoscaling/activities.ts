import { randomUUID } from "node:crypto";

/** What was scaled and why, as AWS words it. */
export interface Activity {
  readonly id: string;
  readonly resourceId: string;
  readonly description: string;
  readonly cause: string;
  readonly at: number;
  readonly message: string;
}

/** AWS keeps six weeks; here it is so many. */
const kept = 1_000;

/** The newest first. */
export class Activities {
  readonly #all: Activity[] = [];

  add(resourceId: string, count: number, cause: string, at: number): void {
    this.#all.unshift({
      id: randomUUID(),
      resourceId,
      description: `Setting desired count to ${count}.`,
      cause,
      at,
      message: `Successfully set desired count to ${count}. Change successfully fulfilled by ecs.`,
    });
    this.#all.length = Math.min(this.#all.length, kept);
  }

  of(resourceId: string | undefined): readonly Activity[] {
    return this.#all.filter((activity) => resourceId === undefined || activity.resourceId === resourceId);
  }
}
