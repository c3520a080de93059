/** Why a step of a rotation failed. The message goes to a log and an event: it never contains a value. */
export class RotationError extends Error {
  readonly kind: "refused" | "unfinished" | "rejected";

  /**
   * - `refused`: the call makes no sense (rotation off, unknown version, a secret the map does not know).
   * - `unfinished`: not yet; Secrets Manager's next attempt continues from here.
   * - `rejected`: the new value is bad, and marked so.
   */
  constructor(kind: RotationError["kind"], message: string) {
    super(message);
    this.name = "RotationError";
    this.kind = kind;
  }
}

/**
 * A call that carries a value. What refuses it may quote it in its message, as validators of AWS do: only its name goes
 * on, with what was asked.
 */
export async function withoutQuoting<T>(failure: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { name } = error instanceof Error ? error : new Error();
    throw Object.assign(new Error(`${failure} (${name}).`), { name });
  }
}
