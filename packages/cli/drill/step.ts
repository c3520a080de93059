import type { ServicePlan } from "#fleet";
import type { Stage } from "../stage.ts";

/** What one step of a drill works with. */
export interface Exercise {
  readonly stage: Stage;
  readonly service: ServicePlan;
  /** The key of the secret that somebody asked for. */
  readonly secret: string | undefined;
  /**
   * Looks until it is so. Throws `Failure` when the step's time is up, or Ctrl-C ends it.
   *
   * @param what follows "waited 5 min for"
   */
  until<T>(what: string, look: () => Promise<T | undefined>): Promise<T>;
  /**
   * To be called before anything is changed: what puts it back, whatever becomes of the step. The last change is put back
   * first. Each may be done twice, and after the fleet has done it itself.
   */
  putBack(change: Change): void;
}

export interface Change {
  /** For people: it may be the one thing that they have to put back themselves. */
  readonly what: string;
  undo(): Promise<unknown>;
}

/** A thing that goes wrong, and what the fleet is to make of it. */
export interface Step {
  readonly id: string;
  /** What happens, for somebody who watches. */
  readonly title: string;
  /** Resolves to what was seen, which is the evidence. Throws `NotPossible` and whatever keeps it from passing. */
  run(exercise: Exercise): Promise<string>;
}

/** The stage has nothing that the step could be tried on. */
export class NotPossible extends Error {
  override readonly name = "NotPossible";
}
