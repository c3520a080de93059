import type { Dice } from "./dice.ts";
import type { Port } from "./plot.ts";
import { second, type Time } from "./time.ts";
import type { Weather } from "./weather.ts";

/** One invocation of a function, which may die at any of its calls. */
export class Run {
  readonly #time: Time;
  readonly #dice: Dice;
  readonly #weather: Weather;
  readonly #died: () => void;
  #callsLeft: number;
  #isOver = false;
  calls = 0;

  constructor(time: Time, dice: Dice, weather: Weather, end: number, died: () => void) {
    this.#time = time;
    this.#dice = dice;
    this.#weather = weather;
    this.#died = died;
    this.#callsLeft = weather.deathOf() ?? Number.POSITIVE_INFINITY;
    time.at(end, () => this.#die());
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** It returned, and makes no more calls. */
  over(): void {
    this.#isOver = true;
  }

  /** A dead run never wakes. */
  async sleep(pause: number): Promise<void> {
    await this.#time.sleep(pause);
    if (this.#isOver) await new Promise(() => undefined);
  }

  /** A call to something outside: it takes time, and the function may die before or after its effect. */
  async reach<T>(port: Port, effect: () => T, failure: () => Error): Promise<T> {
    await this.sleep(this.#dice.between(15, 250));
    this.calls += 1;
    const diesBefore = this.#dice.chance(0.5);
    if (--this.#callsLeft <= 0 && diesBefore) return this.#die();
    if (this.#weather.isDown(port)) {
      // Refused at once, or no answer for as long as the caller waits.
      if (this.#dice.chance(0.5)) await this.sleep(10 * second);
      throw failure();
    }
    const failing = this.#weather.failing(port);
    if (failing === "before") throw failure();
    const result = effect();
    if (this.#callsLeft <= 0) return this.#die();
    if (failing === "after") throw failure();
    return result;
  }

  #die(): Promise<never> {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#time.stir();
      this.#died();
    }
    return new Promise(() => undefined);
  }
}
