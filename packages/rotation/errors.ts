/** Why a step of a rotation did not end well. The message is for a log and an event: it never holds a value. */
export class RotationError extends Error {
  readonly kind: "refused" | "unfinished" | "rejected";

  /**
   * - `refused`: the call makes no sense (rotation off, unknown version, a secret the map does not know).
   * - `unfinished`: not yet; the next attempt of Secrets Manager goes on from here.
   * - `rejected`: the new value is bad, and marked so.
   */
  constructor(kind: RotationError["kind"], message: string) {
    super(message);
    this.name = "RotationError";
    this.kind = kind;
  }
}
