import { AwsError } from "#endpoint/core/errors.ts";
import { describeFailure, refused } from "../template/errors.ts";
import type { Deployment, StackEngine } from "./deployment.ts";
import { Journal } from "./journal.ts";
import { create, destroy, type OnFailure, update } from "./operations.ts";
import { sameTarget } from "./plan.ts";
import { isBusy, type Stack, type StackOptions, type StackStatus, type Target } from "./stack.ts";

const UPDATABLE: readonly StackStatus[] = [
  "CREATE_COMPLETE",
  "UPDATE_COMPLETE",
  "UPDATE_ROLLBACK_COMPLETE",
  // With the rollback disabled a stack may be repaired where it stopped.
  "CREATE_FAILED",
  "UPDATE_FAILED",
];

/** How long a stop waits for resources that do not heed their signal. */
const STOP_GRACE_MS = 5000;

interface Running {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** Starts operations on stacks, one at a time for each; they run on in the background. */
export class StackControl {
  readonly #engine: StackEngine;
  readonly #running = new Map<string, Running>();
  readonly #shutdown = new AbortController();

  constructor(engine: StackEngine) {
    this.#engine = engine;
  }

  create(stack: Stack, target: Target, onFailure: OnFailure, token: string | undefined): void {
    this.#start(stack, "ROLLBACK_FAILED", token, (deployment) => create(deployment, target, onFailure));
  }

  /** @throws AwsError when the stack cannot be updated now, or would not change. */
  update(stack: Stack, target: Target, options: StackOptions, token: string | undefined): void {
    this.checkUpdatable(stack);
    const unfinished = stack.status.endsWith("_FAILED");
    if (!unfinished && stack.current !== undefined && sameTarget(stack.current, target)) {
      throw refused("No updates are to be performed.");
    }
    stack.options = options;
    this.#start(stack, "UPDATE_ROLLBACK_FAILED", token, (deployment) => update(deployment, target));
  }

  /** Deleting a stack that is being deleted changes nothing; one that is being created is given up first. */
  delete(stack: Stack, retained: readonly string[], token: string | undefined): void {
    if (stack.terminationProtection) {
      throw refused(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
    }
    if (stack.status === "DELETE_IN_PROGRESS" || stack.status === "DELETE_COMPLETE") return;
    const running = this.#running.get(stack.id);
    const creating = stack.status === "CREATE_IN_PROGRESS" || stack.status === "ROLLBACK_IN_PROGRESS";
    if (running !== undefined && !creating) {
      throw refused(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
    }
    running?.controller.abort();
    this.#start(stack, "DELETE_FAILED", token, async (deployment) => {
      if (running !== undefined) await running.done;
      if (stack.status !== "DELETE_COMPLETE") await destroy(deployment, retained);
    });
  }

  cancelUpdate(stack: Stack): void {
    if (stack.status !== "UPDATE_IN_PROGRESS") {
      throw refused("CancelUpdateStack cannot be called from current stack status");
    }
    this.#running.get(stack.id)?.controller.abort();
  }

  checkUpdatable(stack: Stack): void {
    if (isBusy(stack.status) || !UPDATABLE.includes(stack.status)) {
      throw refused(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
    }
  }

  /** True when the token was seen before on this stack: the request is a repetition. */
  isRepeated(stack: Stack, operation: string, token: string | undefined): boolean {
    if (token === undefined) return false;
    const key = `${operation}:${token}`;
    if (stack.tokens.has(key)) return true;
    const other = [...stack.tokens].find((seen) => seen.endsWith(`:${token}`));
    if (other !== undefined) {
      throw new AwsError("TokenAlreadyExistsException", `Token ${token} was used before, for ${other.split(":")[0]}.`);
    }
    return false;
  }

  /** Resolves once no operation runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  /** Abandons what runs as it is: the resources go with the endpoint. */
  async stop(): Promise<void> {
    this.#shutdown.abort();
    const late = this.#engine.clock.sleep(STOP_GRACE_MS);
    await Promise.race([this.idle(), late]);
  }

  #start(
    stack: Stack,
    ifBroken: StackStatus,
    token: string | undefined,
    work: (deployment: Deployment) => Promise<void>,
  ): void {
    const { clock, events } = this.#engine;
    const controller = new AbortController();
    const journal = new Journal(stack, clock, events, token);
    const deployment = {
      engine: this.#engine,
      stack,
      journal,
      signal: AbortSignal.any([controller.signal, this.#shutdown.signal]),
      shutdown: this.#shutdown.signal,
      cancel: () => controller.abort(),
    };
    const done = work(deployment)
      .catch((error: unknown) => journal.stack(ifBroken, `Internal failure: ${describeFailure(error)}`))
      .finally(() => {
        if (this.#running.get(stack.id)?.controller === controller) this.#running.delete(stack.id);
      });
    this.#running.set(stack.id, { controller, done });
  }
}
