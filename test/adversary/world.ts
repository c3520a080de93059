import { rejectedLabel, settled } from "#rotation/labels.ts";
import type { Crime, CrimeKind } from "./crimes.ts";
import { Dice } from "./dice.ts";
import { Ecs } from "./ecs.ts";
import { cluster, Functions } from "./functions.ts";
import { type Notice, People } from "./people.ts";
import type { Plot, SecretSetting } from "./plot.ts";
import { Rotations } from "./rotations.ts";
import { SecretsManager, type Version } from "./secrets-manager.ts";
import type { Task } from "./service.ts";
import { type HecToken, Stack } from "./splunk.ts";
import { hour, minute, second, Time } from "./time.ts";
import { adminValue, idOf, isSplunk, keyOf, mapOf, tokenIn, Values } from "./values.ts";
import { Weather } from "./weather.ts";
import { type IssuerRequest, Web } from "./web.ts";
import { line } from "./wire.ts";

export const begin = Date.UTC(2026, 1, 2, 9);

/** Everything there is in a plot: AWS, Splunk, Google, the functions, and those who read the messages. */
export class World {
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
  /** Tokens of what an adopted secret held before. */
  readonly adopted = new Set<string>();
  /** What `Math.random` is in a plot: pauses of the engine have some chance in them. */
  readonly chance: Dice;
  readonly #dice: Dice;

  constructor(plot: Plot) {
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
      currentMoved: (name, version) => this.#currentMoved(name, version),
    });
    for (const { key, kind } of setting.secrets) {
      if (isSplunk(kind)) this.stacks.set(key, new Stack(time, dice.fork(key), nature, kind === "enterprise"));
    }
    const pairs = new Set<string>();
    this.values = new Values(this.stacks, pairs);
    for (const secret of setting.secrets) this.#found(secret);
    this.ecs = new Ecs(cluster, setting.services, {
      ...{ time, dice: dice.fork("ecs"), nature },
      readCurrent: (key) => this.secrets.readCurrent(idOf(key)),
      hangs: (service) => this.weather.hangs(service),
      drainsUntil: (service) => this.weather.drainsUntil(service),
      deploymentChanged: (service, { id, rollout }) => {
        this.note(`${service}: deployment ${id} ${rollout}`);
        this.#event();
      },
    });
    const web = new Web({
      ...{ time, dice: dice.fork("web"), weather: this.weather, stacks: this.stacks, pairs },
      requested: (request) => this.requests.push(request),
      revoking: (stack, token) => this.#revoking(stack, token),
      probed: () => undefined,
    });
    this.people = new People(time, (notice) => this.#told(notice));
    this.functions = new Functions({
      ...{ time, dice: dice.fork("functions"), weather: this.weather, web },
      map: () => mapOf(setting, this.removed),
      aws: { secrets: this.secrets, ecs: this.ecs, people: this.people },
      log: (entry) => this.note(`log ${JSON.stringify(entry)}`),
    });
    const { secrets, functions } = this;
    this.rotations = new Rotations({ time, dice: dice.fork("rotations"), secrets, functions, attempts: nature.attempts });
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

  /** Tasks that have not ended, of every service that ever used the secret. */
  tasksOn(key: string): readonly { readonly service: string; readonly task: Task }[] {
    return [...this.ecs.services.values()]
      .filter(({ secrets }) => secrets.includes(key))
      .flatMap(({ name, alive }) => alive.map((task) => ({ service: name, task })));
  }

  #found(secret: SecretSetting): void {
    const { key, kind, begins, tags, marks } = secret;
    const at = begin - 40 * 24 * hour;
    const before = this.values.write(secret, "good");
    const now = this.values.write(secret, "good");
    const old = { id: this.secrets.newVersionId(), text: before, createdAt: at - hour, labels: ["AWSPREVIOUS"] };
    const first = { id: this.secrets.newVersionId(), text: now, createdAt: at, labels: ["AWSCURRENT"] };
    const marked = Array.from({ length: marks }, (): Version => {
      const id = this.secrets.newVersionId();
      return { id, text: this.values.write(secret, "refused"), createdAt: at - hour, labels: [rejectedLabel(id)] };
    });
    const versions: readonly Version[] =
      begins === "settled" ? [...marked, { ...first, labels: ["AWSCURRENT", settled] }] : [...marked, old, first];
    if (begins === "adopted") this.adopted.add(tokenIn(before) ?? "");
    else for (const token of this.stacks.get(key)?.tokens ?? []) if (token.token === tokenIn(before)) token.deleted = true;
    const named = Object.fromEntries(Array.from({ length: tags }, (_, place) => [`cost-${place}`, "x"]));
    this.secrets.create(idOf(key), versions, named, kind !== "declined");
    if (isSplunk(kind)) {
      const version = { id: this.secrets.newVersionId(), text: adminValue(secret), createdAt: at, labels: ["AWSCURRENT"] };
      this.secrets.create(idOf(`${key}-admin`), [version], {}, false);
    }
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

  /** The planner's schedule, every `pause`, while it holds. */
  schedule(pause: number, until: number): void {
    const tick = () => {
      this.functions.wake();
      if (this.time.now() + pause < until) this.time.after(pause, tick);
    };
    tick();
  }

  #event(): void {
    const how = this.weather.events();
    if (how === "lost") return;
    const pause = how === "late" ? this.#dice.spread(minute, hour) : this.#dice.between(0.3 * second, 5 * second);
    for (let times = how === "doubled" ? 2 : 1; times > 0; times--) this.time.after(pause * times, () => this.functions.wake());
  }

  #labelMoved(name: string, label: string): void {
    this.note(`${keyOf(name)}: label ${label} moved`);
    this.#event();
  }

  #currentMoved(name: string, { id, text }: Version): void {
    const token = tokenIn(text);
    const key = keyOf(name);
    this.note(`${key}: current is ${id.slice(0, 8)} (${token?.slice(0, 8) ?? "no token"})`);
    const isOurs = line.getStore() !== undefined;
    if (isOurs && token !== undefined && this.stacks.get(key)?.isBeingRevoked(token)) {
      this.accuse("went-back", key, `${token.slice(0, 8)} is being revoked`);
    }
  }

  #revoking(stack: string, { token, name }: HecToken): void {
    this.note(`${stack}: ${name} is being revoked`);
    const users = this.tasksOn(stack).filter(({ task }) => tokenIn(task.held.get(stack)) === token);
    if (users.length > 0) this.accuse("in-use", stack, `${name} is used by ${users[0]?.service}`);
    if (this.adopted.has(token)) this.accuse("adopted", stack, name);
  }

  #told(notice: Notice): void {
    this.note(`told ${notice.outcome} of ${notice.subject}: ${notice.text}`);
    if (!/\brevoked\b/.test(notice.text) || /not (?:be )?revoked|nothing (?:was|is) revoked|revoked nothing|would have/i.test(notice.text)) return;
    const key = notice.subject;
    const stack = this.stacks.get(key);
    if (stack === undefined) return this.accuse("false", key, notice.text);
    const { versions } = this.secrets.state(idOf(key));
    const kept = new Set([tokenIn(this.current(key)?.text), tokenIn(this.secrets.holder(idOf(key), "AWSPENDING")?.text)]);
    const retired = versions.filter(({ labels }) => labels.length > 0).map(({ text }) => tokenIn(text));
    for (const token of new Set(retired)) {
      if (token === undefined || kept.has(token)) continue;
      const known = stack.tokens.find((one) => one.token === token);
      if (known === undefined) continue;
      if (known.disabled || known.deleted) {
        if (stack.seenRefused.has(token)) continue;
        return this.accuse("false", key, `${known.name} was not seen refused`);
      }
      return this.accuse("false", key, `${known.name} is accepted still`);
    }
  }
}

export function clockOf(at: number): string {
  const seconds = Math.floor(at / second);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
