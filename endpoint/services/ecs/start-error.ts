/** A task that cannot start: its message is the task's `stoppedReason`, in ECS's words. */
export class StartError extends Error {
  override readonly name = "StartError";
}
