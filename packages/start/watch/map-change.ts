import { isDeepStrictEqual } from "node:util";
import { createLoopbackFetch } from "@mcp-fleet/endpoint";
import { reasonOf } from "#cli/failure.ts";
import { type MapReading, readMap } from "#cli/map/read.ts";
import type { MapTrouble } from "#console/model/map.ts";
import type { FleetDefinition, StagePlan } from "#fleet";
import { type BringUpOptions, deploy } from "../bring-up.ts";
import { putCredentials } from "../credentials.ts";
import { planLocal } from "../local-stage.ts";
import { pc } from "../output.ts";
import { awaitHealthy } from "../probe.ts";
import type { Steps } from "../steps.ts";
import { describeDifferences } from "./differences.ts";
import { ReturningSecrets } from "./returning-secrets.ts";
import { type StageParts, stageOf } from "./stage.ts";

export interface MapChangeParts extends StageParts {
  readonly ports: BringUpOptions["ports"];
  readonly steps: Steps;
  /** Makes everything that displays the fleet show this plan. */
  readonly follow: (plan: StagePlan) => Promise<void>;
  /** Makes it show why the map as it was saved is not what runs; undefined where it is. */
  readonly explain: (trouble: MapTrouble | undefined) => void;
}

/** Brings a saved map to the running fleet. */
export class MapChange {
  readonly #parts: MapChangeParts;
  /** What runs as a whole; nothing after a deploy that failed. */
  #deployed: StagePlan | undefined;
  /** What the last deploy that succeeded made of it. */
  #plan: StagePlan;
  /** Secrets whose placeholders have been dealt with. */
  #filled: ReadonlySet<string>;
  readonly #returning: ReturningSecrets;

  constructor(parts: MapChangeParts, plan: StagePlan, complete: boolean) {
    this.#parts = parts;
    this.#returning = new ReturningSecrets(parts.fleet);
    this.#deployed = complete ? plan : undefined;
    this.#plan = plan;
    this.#filled = new Set(complete ? plan.secrets.map(({ key }) => key) : []);
  }

  get plan(): StagePlan {
    return this.#plan;
  }

  /** Whether the last deploy failed: saving the map unchanged then retries. */
  get isOwing(): boolean {
    return this.#deployed === undefined;
  }

  /** @param onRead called with the content of the map, and its files, as soon as they are known */
  async apply(onRead: (reading: MapReading) => void): Promise<void> {
    const { projectRoot, print, explain } = this.#parts;
    const reading = await readMap(projectRoot);
    onRead(reading);
    try {
      if (reading.kind === "mistake") throw reading.error;
      const plan = planLocal(reading.map, this.#parts.ports.https);
      this.#checkPlace(plan);
      if (isDeepStrictEqual(plan, this.#deployed)) {
        explain(undefined);
        return print("The map was saved: nothing changes in this stage.");
      }
      print("The map was saved:");
      for (const line of await this.#differences(reading.map, plan)) print(`  ${line}`);
      await this.#deploy(plan);
    } catch (error) {
      if (this.#parts.stop.aborted) return;
      explain({ kind: "refused", reason: reasonOf(error) });
      print(`${pc.red("✘")} The map was saved, and nothing changed:\n  ${reasonOf(error)}`);
    }
  }

  async #differences(map: FleetDefinition, plan: StagePlan): Promise<readonly string[]> {
    const stage = await stageOf(this.#parts, map, plan);
    try {
      return await describeDifferences(stage, this.#deployed);
    } finally {
      stage.aws.close();
    }
  }

  async #deploy(plan: StagePlan): Promise<void> {
    const { fleet, projectRoot, ports, print, steps, follow, explain } = this.#parts;
    const before = this.#deployed;
    this.#deployed = undefined;
    const created = plan.secrets.filter(({ key, adoptedArn }) => !this.#filled.has(key) && adoptedArn === undefined);
    const staying = new Set(plan.secrets.map(({ name }) => name));
    await this.#returning.keep(
      this.#plan.secrets.filter(({ name, adoptedArn }) => !staying.has(name) && adoptedArn === undefined),
    );
    const title = `sst deploy --stage ${plan.stage}`;
    const done = await steps.attempt("deploy", title, () =>
      deploy(fleet, { plan, projectRoot, ports }, () => undefined),
    );
    // After Ctrl-C nothing keeps running.
    if (this.#parts.stop.aborted) return;
    if (!done) {
      explain({ kind: "undeployed", reason: steps.all.at(-1)?.detail ?? title });
      return print("The fleet keeps running as before. Save the map again to retry.");
    }
    this.#plan = plan;
    explain(undefined);
    await follow(plan);
    if (!(await this.#fillSecrets(plan, created)) || !(await this.#awaitChanged(before, plan))) return;
    this.#deployed = plan;
    print("The fleet matches the map.");
  }

  async #awaitChanged(before: StagePlan | undefined, plan: StagePlan): Promise<boolean> {
    const visitor = { fetch: createLoopbackFetch(this.#parts.fleet.cloud.authority.ca) };
    let healthy = true;
    for (const service of plan.services) {
      const known = before?.services.find(({ key }) => key === service.key);
      if (service.desiredCount === 0 || isDeepStrictEqual(known, service)) continue;
      const { steps } = this.#parts;
      const wait = () => awaitHealthy(visitor, service, 30_000);
      healthy = (await steps.attempt(`service:${service.key}`, service.key, wait)) && healthy;
    }
    return healthy;
  }

  /** Only for new secrets: values that people set in the others are theirs. */
  async #fillSecrets(plan: StagePlan, created: StagePlan["secrets"]): Promise<boolean> {
    const { fleet, steps, print } = this.#parts;
    const returned = await this.#returning.putBack(created);
    if (returned.length > 0) print(`  ${returned.join(", ")}: restored with the previous value`);
    const credentials = fleet.credentialsFor(plan);
    const secrets = created.filter(({ key, name }) => key in credentials && !returned.includes(name));
    const put = () => putCredentials(fleet, { ...plan, secrets });
    const filled =
      secrets.length === 0 || (await steps.attempt("secrets", "Credentials replace the placeholders", put));
    if (!filled) return false;
    this.#filled = new Set(plan.secrets.map(({ key }) => key));
    return true;
  }

  /** The endpoint was opened for one account in one region; what goes by a domain has a certificate that is in use. */
  #checkPlace({ account, region, serviceDomain }: StagePlan): void {
    const { place } = this.#parts.fleet.cloud;
    const has = (is: string, now: string, what: string) => (is === now ? [] : [`the ${what} is ${now}, was ${is}`]);
    const moved = [
      ...has(place.region, region, "region"),
      ...has(place.account, account, "account"),
      ...has(this.#plan.serviceDomain, serviceDomain, "domain of the services"),
    ];
    if (moved.length === 0) return;
    throw new Error(`A running fleet cannot move: ${moved.join("; ")}. Stop it with Ctrl-C, then run npm start again.`);
  }
}
