import { reasonOf } from "#cli/failure.ts";
import { redeploy, watchDeployment } from "#cli/redeploy/redeploy.ts";
import type { FleetDefinition, ServicePlan, StagePlan } from "#fleet";
import { type StageParts, stageOf } from "./stage.ts";

/** How long new tasks may take. */
const withinMs = 5 * 60_000;

/** Rolls of services whose code was saved; a later one of the same service takes the place of the earlier. */
export class Rolls {
  readonly #parts: StageParts;
  readonly #under = new Map<string, AbortController>();

  constructor(parts: StageParts) {
    this.#parts = parts;
  }

  /** Starts a roll and reports its end later: another save need not wait. */
  async begin(map: FleetDefinition, plan: StagePlan, service: ServicePlan, files: readonly string[]): Promise<void> {
    const more = files.length > 1 ? ` and ${files.length - 1} more` : "";
    const saved = `${files[0] ?? ""}${more} was saved`;
    if (service.desiredCount === 0) return this.#parts.print(`${saved}; ${service.key} is offline, desiredCount is 0.`);
    this.#parts.print(`${saved}: ${service.key} gets new tasks.`);
    this.#under.get(service.key)?.abort();
    const superseded = new AbortController();
    this.#under.set(service.key, superseded);
    const signal = AbortSignal.any([this.#parts.stop, superseded.signal]);
    const stage = await stageOf({ ...this.#parts, stop: signal }, map, plan);
    void redeploy(stage, service)
      .then((deployment) => watchDeployment(stage, service, deployment, withinMs))
      .catch((error: unknown) => {
        if (!signal.aborted) this.#parts.print(reasonOf(error));
      })
      .finally(() => stage.aws.close());
  }
}
