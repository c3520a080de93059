import { announcer } from "#rotation/aws/announcer.ts";
import { readerOf } from "#rotation/aws/lazy.ts";
import { secretStore } from "#rotation/aws/secret-store.ts";
import { serviceFleet } from "#rotation/aws/service-fleet.ts";
import { reserveMs } from "#rotation/http.ts";
import { issuerOf } from "#rotation/issuers/index.ts";
import { withinLimits } from "#rotation/limits.ts";
import type { RotationMap, SecretEntry } from "#rotation/map.ts";
import type { SettlePorts } from "#rotation/settle/ports.ts";
import { settle } from "#rotation/settle/settle.ts";
import type { RotationEvent } from "#rotation/steps/event.ts";
import { rotate } from "#rotation/steps/rotate.ts";
import type { RotationPorts } from "#rotation/steps/step.ts";
import type { Dice } from "./dice.ts";
import { Run } from "./run.ts";
import { minute, second, type Time } from "./time.ts";
import type { Weather } from "./weather.ts";
import type { Web } from "./web.ts";
import { type Line, line } from "./wire.ts";

export const cluster = "prod-mcp-cluster";
export const auditIndex = "mcp_audit";
/** As `stacks/rotation` sets it, for both functions. */
const timeout = 300 * second;

/** What one environment of a function keeps from one invocation to the next. */
function warm() {
  const store = secretStore();
  return {
    store,
    pacing: withinLimits(store),
    fleet: serviceFleet(cluster),
    announcer: announcer("arn:aws:sns:eu-west-1:123456789012:prod-MCPAlerts"),
  };
}

type Ports = SettlePorts & RotationPorts;

export interface Runtime {
  readonly time: Time;
  readonly dice: Dice;
  readonly weather: Weather;
  readonly web: Web;
  readonly map: () => RotationMap;
  readonly aws: Omit<Line, "run">;
  readonly log: (entry: Readonly<Record<string, unknown>>) => void;
}

/** Lambda: the deployed functions' own code, invoked, retried and killed as Lambda does. */
export class Functions {
  readonly #runtime: Runtime;
  readonly #environments = new Map<string, ReturnType<typeof warm>>();
  #isSettling = false;
  readonly #wanted = new Set<string>();
  #isWanted = false;
  runs = 0;
  calls = 0;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** An event for `settle-secret`, whose concurrency is 1: what comes meanwhile waits in Lambda's queue. */
  wake(woken: readonly string[] = [], retries = 2): void {
    const { time, dice, weather } = this.#runtime;
    if (weather.isDead) return;
    if (this.#isSettling) {
      this.#isWanted = true;
      for (const name of woken) this.#wanted.add(name);
      return;
    }
    this.#isSettling = true;
    void this.#invoke("settle-secret", async (ports) => void (await settle(ports, woken))).then((outcome) => {
      this.#isSettling = false;
      if (outcome === "failed" && retries > 0) time.after((3 - retries) * minute, () => this.wake(woken, retries - 1));
      if (!this.#isWanted) return;
      this.#isWanted = false;
      const held = [...this.#wanted];
      this.#wanted.clear();
      time.after(dice.between(second, 30 * second), () => this.wake(held));
    });
  }

  rotate(event: RotationEvent): Promise<"done" | "failed"> {
    if (this.#runtime.weather.isDead) return Promise.resolve("failed");
    return this.#invoke("rotate-secret", (ports) => rotate(event, ports));
  }

  #invoke(name: string, work: (ports: Ports) => Promise<void>): Promise<"done" | "failed"> {
    const { time, dice, weather, aws, log } = this.#runtime;
    this.runs += 1;
    return new Promise((resolve) => {
      const fail = (why: string) => {
        log({ level: "error", function: name, why });
        resolve("failed");
      };
      const died = () => {
        this.#environments.delete(name);
        fail("died");
      };
      const run = new Run(time, dice, weather, time.now() + timeout, died);
      time.stir();
      line
        .run({ ...aws, run }, () => work(this.#ports(name, run)))
        .then(
          () => {
            this.calls += run.calls;
            run.over();
            resolve("done");
          },
          (error: unknown) => {
            this.calls += run.calls;
            run.over();
            fail(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
          },
        );
    });
  }

  /** The ports as `packages/rotation/aws/effects.ts` has them, with this world's time and web. */
  #ports(name: string, run: Run): Ports {
    const { time, web, map, log } = this.#runtime;
    const environment = this.#environments.get(name) ?? warm();
    this.#environments.set(name, environment);
    const end = time.now() + timeout - reserveMs;
    const deadline = () => end;
    const clock = { now: () => time.now(), sleep: (pause: number) => run.sleep(pause) };
    const { store, pacing } = environment;
    const issuing = {
      fetch: web.fetchFor(run),
      store: pacing,
      clock,
      deadline,
      stage: map().stage,
      auditIndex,
      readSecret: readerOf(map(), store),
      redis: { update: async () => undefined, available: async () => true },
      googleTokenUrl: "https://oauth2.googleapis.com/token",
    };
    return {
      ...{ ...environment, map: map(), clock, deadline, log },
      issuerOf: (entry: SecretEntry, until: number = Number.POSITIVE_INFINITY) =>
        issuerOf(entry, { ...issuing, deadline: () => Math.min(end, until) }),
    };
  }
}
