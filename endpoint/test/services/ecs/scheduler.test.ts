import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CircuitBreaker, Rollout, ServiceSettings } from "#endpoint/services/ecs/model.ts";
import {
  bake,
  complete,
  countFailure,
  countHealthy,
  deploy,
  fail,
  failureThreshold,
  newDeployment,
  newRollout,
  removeDeployment,
  rollBack,
} from "#endpoint/services/ecs/rollout.ts";
import { type Action, type AlarmVerdict, type ScheduledTask, schedule } from "#endpoint/services/ecs/scheduler.ts";

/** Services whose tasks work unless the name of their task definition says otherwise. */
type Step =
  | { readonly kind: "deploy"; readonly definition: "good" | "good-2" | "bad" }
  | { readonly kind: "scale"; readonly desiredCount: number }
  | { readonly kind: "crash"; readonly at: number }
  | { readonly kind: "sicken"; readonly at: number }
  | { readonly kind: "tick" };

const breaker = (overrides: Partial<CircuitBreaker> = {}): CircuitBreaker => ({
  enable: true,
  rollback: true,
  resetOnHealthyTask: true,
  thresholdConfiguration: { type: "BOUNDED_PERCENT", value: 50 },
  ...overrides,
});

const settings = (overrides: Partial<ServiceSettings> = {}): ServiceSettings => ({
  taskDefinitionArn: "good",
  desiredCount: 2,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  circuitBreaker: breaker(),
  alarms: { alarmNames: [], enable: false, rollback: false },
  healthCheckGracePeriodSeconds: 0,
  loadBalancers: [],
  enableExecuteCommand: false,
  extra: {},
  ...overrides,
});

/** A service in a world where a tick is long enough for anything to happen that is going to happen. */
class World {
  rollout: Rollout;
  tasks: ScheduledTask[] = [];
  now = 0;
  /** Nothing starts any more, whatever its task definition. */
  broken = false;
  /** The alarms of deployments to come, and what those of the present one say. */
  watched: readonly string[] = [];
  alarms: AlarmVerdict = { ringing: false, bakeMs: 0 };
  #ids = 0;

  constructor(initial: ServiceSettings) {
    this.rollout = newRollout(initial, 0, "d0");
  }

  get healthy(): number {
    return this.tasks.filter(({ condition }) => condition === "healthy").length;
  }

  get primary() {
    return this.rollout.deployments[0];
  }

  take(step: Step): void {
    switch (step.kind) {
      case "deploy":
        this.rollout = deploy(this.rollout, newDeployment(step.definition, this.now, this.watched, this.#id("d")));
        break;
      case "scale":
        this.rollout = {
          ...this.rollout,
          settings: { ...this.rollout.settings, desiredCount: step.desiredCount },
        };
        break;
      case "crash":
        this.tasks.splice(step.at % Math.max(1, this.tasks.length), 1);
        break;
      case "sicken":
        this.tasks = this.tasks.map((task, at) =>
          at === step.at && task.condition === "healthy" ? { ...task, condition: "unhealthy" } : task,
        );
        break;
      case "tick":
        this.now += 60_000;
        this.tasks = this.tasks.flatMap((task) => this.#grow(task));
        break;
      default:
        step satisfies never;
    }
    this.decide();
  }

  decide(): void {
    for (let round = 0; round < 20; round += 1) {
      const before = { healthy: this.healthy, live: this.#live() };
      const actions = schedule(this.rollout, this.tasks, this.now, this.alarms);
      for (const action of actions) this.#carryOut(action);
      this.#check(before);
      if (actions.every(({ kind }) => kind === "steady" || kind === "wait-until")) return;
    }
    throw new Error("the scheduler never comes to rest");
  }

  #grow(task: ScheduledTask): ScheduledTask[] {
    if (task.condition === "stopping") return [];
    if (task.condition !== "starting") return [task];
    const definition = this.rollout.deployments.find(({ id }) => id === task.deploymentId)?.taskDefinitionArn;
    if (this.broken || definition === "bad") {
      this.rollout = countFailure(this.rollout, task.deploymentId, this.now);
      return [];
    }
    this.rollout = countHealthy(this.rollout, task.deploymentId);
    return [{ ...task, condition: "healthy" }];
  }

  #carryOut(action: Action): void {
    switch (action.kind) {
      case "start":
        for (let at = 0; at < action.count; at += 1)
          this.tasks.push({ arn: this.#id("t"), deploymentId: action.deployment.id, condition: "starting" });
        return;
      case "stop":
        this.tasks = this.tasks.map((task) =>
          task.arn === action.taskArn ? { ...task, condition: "stopping" } : task,
        );
        return;
      case "bake":
        this.rollout = bake(this.rollout, this.now);
        return;
      case "complete":
        this.rollout = complete(this.rollout, this.now);
        return;
      case "fail":
        this.rollout = fail(this.rollout, this.now, action.cause);
        return;
      case "roll-back":
        this.rollout = rollBack(this.rollout, action.to, this.now, action.cause);
        return;
      case "remove-deployment":
        this.rollout = removeDeployment(this.rollout, action.id);
        return;
      default:
        return;
    }
  }

  #check(before: { readonly healthy: number; readonly live: number }): void {
    const { desiredCount, minimumHealthyPercent, maximumPercent } = this.rollout.settings;
    const minimum = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
    const maximum = Math.floor((desiredCount * maximumPercent) / 100);
    expect(this.healthy).toBeGreaterThanOrEqual(Math.min(before.healthy, minimum));
    expect(this.#live()).toBeLessThanOrEqual(Math.max(before.live, maximum));
    const known = new Set(this.rollout.deployments.map(({ id }) => id));
    expect(this.tasks.filter(({ deploymentId }) => !known.has(deploymentId))).toEqual([]);
  }

  #live(): number {
    return this.tasks.filter(({ condition }) => condition !== "stopping").length;
  }

  #id(prefix: string): string {
    this.#ids += 1;
    return `${prefix}${this.#ids}`;
  }
}

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "tick" } as const) },
  fc.record({ kind: fc.constant("deploy" as const), definition: fc.constantFrom("good", "good-2", "bad") }),
  fc.record({ kind: fc.constant("scale" as const), desiredCount: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ kind: fc.constant("crash" as const), at: fc.nat(9) }),
  fc.record({ kind: fc.constant("sicken" as const), at: fc.nat(9) }),
);
const limits = fc.constantFrom(
  { minimumHealthyPercent: 100, maximumPercent: 200 },
  { minimumHealthyPercent: 50, maximumPercent: 200 },
  { minimumHealthyPercent: 0, maximumPercent: 100 },
  { minimumHealthyPercent: 50, maximumPercent: 100 },
);

describe("the scheduler", () => {
  it("[ECS-8] converges after any failures and updates, and never stops a task that is needed", () => {
    fc.assert(
      fc.property(limits, fc.array(anyStep, { maxLength: 40 }), (limit, steps) => {
        const world = new World(settings(limit));
        world.decide();
        for (const step of steps) world.take(step);
        for (let tick = 0; tick < 30; tick += 1) world.take({ kind: "tick" });

        const { desiredCount } = world.rollout.settings;
        // One task that must stay and may have no second next to it cannot be replaced, on ECS either.
        if (limit.minimumHealthyPercent === 50 && limit.maximumPercent === 100 && desiredCount === 1) return;
        const works = world.primary.taskDefinitionArn !== "bad";
        if (works && world.primary.rolloutState !== "FAILED") {
          expect(world.primary.rolloutState).toBe("COMPLETED");
          expect(world.rollout.deployments).toHaveLength(1);
          expect(world.tasks.map((task) => [task.deploymentId, task.condition])).toEqual(
            Array.from({ length: desiredCount }, () => [world.primary.id, "healthy"]),
          );
        }
        if (!works && desiredCount > 0) expect(world.primary.rolloutState).not.toBe("IN_PROGRESS");
      }),
      { numRuns: 500 },
    );
  });

  it("[ECS-8] rolls a failing deployment back to the last one that completed, and keeps its tasks serving", () => {
    const world = new World(settings());
    for (let tick = 0; tick < 3; tick += 1) world.take({ kind: "tick" });
    expect(world.primary.rolloutState).toBe("COMPLETED");
    const before = world.tasks.map(({ arn }) => arn);
    world.take({ kind: "deploy", definition: "bad" });
    const lowest: number[] = [];
    for (let tick = 0; tick < 10; tick += 1) {
      world.take({ kind: "tick" });
      lowest.push(world.healthy);
    }
    expect(Math.min(...lowest)).toBe(2);
    expect(world.primary).toMatchObject({ id: "d0", taskDefinitionArn: "good", rolloutState: "COMPLETED" });
    expect(world.tasks.map(({ arn }) => arn)).toEqual(before);
  });

  it("starts nothing more after a failure without rollback, and leaves the old tasks alone", () => {
    const world = new World(settings({ circuitBreaker: breaker({ rollback: false }) }));
    for (let tick = 0; tick < 3; tick += 1) world.take({ kind: "tick" });
    world.take({ kind: "deploy", definition: "bad" });
    for (let tick = 0; tick < 10; tick += 1) world.take({ kind: "tick" });
    expect(world.primary).toMatchObject({ taskDefinitionArn: "bad", rolloutState: "FAILED", failedTasks: 4 });
    expect(world.healthy).toBe(2);
    world.take({ kind: "scale", desiredCount: 0 });
    world.take({ kind: "tick" });
    expect(world.tasks).toEqual([]);
  });

  it("does not roll a failed rollback back again: the tasks that still serve stay", () => {
    const world = new World(settings());
    for (let tick = 0; tick < 3; tick += 1) world.take({ kind: "tick" });
    world.broken = true;
    world.take({ kind: "deploy", definition: "bad" });
    world.take({ kind: "crash", at: 0 });
    for (let tick = 0; tick < 30; tick += 1) world.take({ kind: "tick" });
    expect(world.primary).toMatchObject({ taskDefinitionArn: "good", rolloutState: "FAILED" });
    expect(world.primary.rollbackOf).toBeDefined();
    expect(world.healthy).toBe(1);
  });

  it.each([
    [1, "BOUNDED_PERCENT", 50, 3],
    [10, "BOUNDED_PERCENT", 50, 5],
    [1_000, "BOUNDED_PERCENT", 50, 200],
    [1_000, "UNBOUNDED_PERCENT", 50, 500],
    [1, "COUNT", 7, 7],
  ] as const)(
    "with %i tasks wanted and a threshold of %s %i gives up after %i failures",
    (desiredCount, type, value, expected) => {
      const circuitBreaker = breaker({ thresholdConfiguration: { type, value } });
      expect(failureThreshold(settings({ desiredCount, circuitBreaker }))).toBe(expected);
    },
  );

  it("[AWS-10] waits longer after each start that fails, up to ten seconds", () => {
    let rollout = newRollout(settings(), 0, "d0");
    const delays = Array.from({ length: 9 }, () => {
      rollout = countFailure(rollout, "d0", 1_000);
      return rollout.startNotBefore - 1_000;
    });
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
    expect(countHealthy(rollout, "d0").startNotBefore).toBe(0);
  });

  describe("with alarms", () => {
    const watching = () => {
      const world = new World(settings({ alarms: { alarmNames: ["5xx"], enable: true, rollback: true } }));
      for (let tick = 0; tick < 3; tick += 1) world.take({ kind: "tick" });
      world.watched = ["5xx"];
      world.alarms = { ringing: false, bakeMs: 120_000 };
      world.take({ kind: "deploy", definition: "good-2" });
      return world;
    };

    it("[AWS-10] watches them until the new tasks have served alone for as long as they look back", () => {
      const world = watching();
      for (let tick = 0; tick < 2; tick += 1) world.take({ kind: "tick" });
      expect(world.primary).toMatchObject({ rolloutState: "IN_PROGRESS", bakingSince: world.now });
      world.take({ kind: "tick" });
      expect(world.primary.rolloutState).toBe("IN_PROGRESS");
      world.take({ kind: "tick" });
      expect(world.primary.rolloutState).toBe("COMPLETED");
      world.alarms = { ringing: true, bakeMs: 120_000 };
      world.take({ kind: "tick" });
      expect(world.primary).toMatchObject({ taskDefinitionArn: "good-2", rolloutState: "COMPLETED" });
    });

    it.each(["during the rollout", "during the bake"])("[AWS-10] rolls back when one rings %s", (when) => {
      const world = watching();
      for (let tick = 0; tick < (when === "during the bake" ? 3 : 0); tick += 1) world.take({ kind: "tick" });
      world.alarms = { ringing: true, bakeMs: 120_000 };
      world.decide();
      const [primary, failed] = world.rollout.deployments;
      expect(failed).toMatchObject({
        taskDefinitionArn: "good-2",
        rolloutState: "FAILED",
        rolloutStateReason: "ECS deployment failed: alarm detected.",
      });
      expect(primary).toMatchObject({
        id: "d0",
        rolloutState: "IN_PROGRESS",
        rolloutStateReason: "ECS deployment alarm: rolling back to deploymentId d0.",
        watchedAlarms: [],
      });
      // The alarm rings on until the old tasks have served for a while.
      world.alarms = { ringing: false, bakeMs: 0 };
      for (let tick = 0; tick < 3; tick += 1) world.take({ kind: "tick" });
      expect(world.primary).toMatchObject({ taskDefinitionArn: "good", rolloutState: "COMPLETED" });
      expect(world.healthy).toBe(2);
    });

    it("[AWS-10] fails and keeps what serves where it is not to roll back", () => {
      const world = watching();
      const { settings: given } = world.rollout;
      world.rollout = { ...world.rollout, settings: { ...given, alarms: { ...given.alarms, rollback: false } } };
      world.alarms = { ringing: true, bakeMs: 120_000 };
      world.take({ kind: "tick" });
      expect(world.primary).toMatchObject({ taskDefinitionArn: "good-2", rolloutState: "FAILED" });
      expect(world.healthy).toBe(2);
    });
  });

  it("ends a superseded rollout at once", () => {
    const world = new World(settings());
    for (let tick = 0; tick < 3; tick += 1) world.take({ kind: "tick" });
    world.take({ kind: "deploy", definition: "good-2" });
    const superseded = world.primary.id;
    world.take({ kind: "deploy", definition: "good" });
    const left = world.tasks.filter(
      ({ deploymentId, condition }) => deploymentId === superseded && condition !== "stopping",
    );
    expect(left).toEqual([]);
  });
});
