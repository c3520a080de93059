import type { RotationMap } from "#rotation/map.ts";
import { found } from "./beginning.ts";
import { clockOf } from "./clock.ts";
import type { Crime, CrimeKind } from "./crimes.ts";
import { Dice } from "./dice.ts";
import { Ecs } from "./ecs.ts";
import { cluster, Functions } from "./functions.ts";
import { People } from "./people.ts";
import type { Plot } from "./plot.ts";
import { Rotations } from "./rotations.ts";
import type { Scene } from "./scene.ts";
import { SecretsManager } from "./secrets-manager.ts";
import type { Task } from "./service.ts";
import { Stack } from "./splunk.ts";
import { hour, minute, second, Time } from "./time.ts";
import { idOf, isSplunk, keyOf, mapOf, Values } from "./values.ts";
import type { Version } from "./versions.ts";
import { Weather } from "./weather.ts";
import { type IssuerRequest, Web } from "./web.ts";
import { Witness } from "./witness.ts";

export const begin = Date.UTC(2026, 1, 2, 9);

/** Everything there is in a plot: AWS, Splunk, Google, the functions, and those who read the messages. */
export class World implements Scene {
  readonly plot: Plot;
  readonly time = new Time(begin);
  readonly secrets: SecretsManager;
  readonly ecs: Ecs;
  readonly stacks = new Map<string, Stack>();
  readonly values: Values;
  readonly people: People;
  readonly functions: Functions;
  readonly rotations: Rotations;
  readonly weather: Weather;
  readonly crimes: Crime[] = [];
  readonly requests: IssuerRequest[] = [];
  readonly diary: string[] = [];
  readonly removed = new Set<string>();
  readonly adopted = new Set<string>();
  /** What `Math.random` is in a plot: pauses of the engine have some chance in them. */
  readonly chance: Dice;
  readonly whenRevoking: (() => void)[] = [];
  readonly witness = new Witness(this);
  readonly #dice: Dice;
  #map: { readonly without: number; readonly map: RotationMap } | undefined;

  constructor(plot: Plot, keepsDiary: boolean) {
    const { setting, faults } = plot;
    const { nature } = setting;
    const { time } = this;
    this.plot = plot;
    const dice = new Dice(plot.seed);
    this.#dice = dice.fork("events");
    this.chance = dice.fork("chance");
    this.weather = new Weather(faults, time, dice.fork("weather"), nature);
    this.secrets = new SecretsManager(time, dice.fork("secrets"), nature, {
      labelMoved: (name, label) => this.#labelMoved(name, label),
      currentMoved: (name, version) => this.witness.currentMoved(keyOf(name), version),
    });
    for (const { key, kind, shares } of setting.secrets) {
      if (!isSplunk(kind)) continue;
      const shared = shares === undefined ? undefined : this.stacks.get(shares);
      this.stacks.set(key, shared ?? new Stack(time, dice.fork(key), nature, kind === "enterprise"));
    }
    const pairs = new Set<string>();
    this.values = new Values(this.stacks, pairs);
    for (const secret of setting.secrets) found(secret, this);
    this.ecs = new Ecs(cluster, setting.services, {
      ...{ time, dice: dice.fork("ecs"), nature },
      readCurrent: (key) => this.secrets.readCurrent(idOf(key)),
      arnOf: (key) => this.secrets.arnOf(idOf(key)),
      hangs: (service) => this.weather.hangs(service),
      isUnlisted: (service) => this.weather.isUnlisted(service),
      drainsUntil: (service) => this.weather.drainsUntil(service),
      deploymentChanged: (service, { id, rollout }) => {
        this.note(`${service}: deployment ${id} ${rollout}`);
        this.#event(service);
      },
    });
    const web = new Web({
      ...{ time, dice: dice.fork("web"), weather: this.weather, stacks: this.stacks, pairs },
      requested: (request) => this.requests.push(request),
      revoking: (stack, token) => this.witness.revoking(stack, token),
      probed: () => undefined,
    });
    this.people = new People(time, (notice) => this.witness.told(notice));
    this.functions = new Functions({
      ...{ time, dice: dice.fork("functions"), weather: this.weather, web },
      map: () => this.#mapNow(),
      aws: { secrets: this.secrets, ecs: this.ecs, people: this.people },
      log: (entry) => keepsDiary && this.note(`log ${JSON.stringify(entry)}`),
    });
    const { secrets, functions } = this;
    this.rotations = new Rotations({
      time,
      dice: dice.fork("rotations"),
      secrets,
      functions,
      attempts: nature.attempts,
    });
    this.#surround();
  }

  /** The clock within the plot. */
  get at(): number {
    return this.time.now() - begin;
  }

  note(words: string): void {
    this.diary.push(`${clockOf(this.at)} ${words}`);
  }

  accuse(kind: CrimeKind, secret: string, words: string): void {
    this.crimes.push({ kind, at: this.at, secret, words });
    this.note(`!!! ${kind}: ${secret}: ${words}`);
  }

  current(key: string): Version | undefined {
    return this.secrets.holder(idOf(key), "AWSCURRENT");
  }

  alive(): readonly { readonly service: string; readonly task: Task }[] {
    return [...this.ecs.services.values()].flatMap(({ name, alive }) => alive.map((task) => ({ service: name, task })));
  }

  #mapNow(): RotationMap {
    if (this.#map?.without !== this.removed.size) {
      this.#map = { without: this.removed.size, map: mapOf(this.plot.setting, this.removed) };
    }
    return this.#map.map;
  }

  /** What goes on by itself: the schedule, other callers of ECS, tasks that end. */
  #surround(): void {
    const { time, weather, plot } = this;
    const troubled = Math.max(0, ...plot.faults.map(({ to }) => to));
    const crowd = () => {
      if (weather.isThrottled) this.ecs.crowd();
      if (this.at < troubled) time.after(second, crowd);
    };
    if (plot.faults.some(({ kind }) => kind === "throttled")) crowd();
    const wear = () => {
      for (const service of this.ecs.services.values()) {
        if (weather.isFlaky(service.name) && this.#dice.chance(0.3)) service.lose();
      }
      if (this.at < troubled) time.after(minute, wear);
    };
    if (plot.faults.some(({ kind }) => kind === "flaky")) wear();
  }

  /** Time goes on. The planner's schedule wakes it each `pause`, which is longer where nothing can happen in between. */
  async pass(until: number, pause: () => number): Promise<void> {
    while (this.at < until) {
      this.functions.wake();
      await this.time.runUntil(begin + Math.min(until, this.at + pause()));
    }
  }

  /** @param name of the secret or the service that it is about */
  #event(name: string): void {
    const how = this.weather.events();
    if (how === "lost") return;
    const pause = how === "late" ? this.#dice.spread(minute, hour) : this.#dice.between(0.3 * second, 5 * second);
    for (let times = how === "doubled" ? 2 : 1; times > 0; times--)
      this.time.after(pause * times, () => this.functions.wake([name]));
  }

  #labelMoved(name: string, label: string): void {
    this.note(`${keyOf(name)}: label ${label} moved`);
    if (label.startsWith("rejected-")) this.witness.rejected(keyOf(name), label.slice("rejected-".length));
    this.#event(name);
  }
}
