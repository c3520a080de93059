import { AwsError } from "#endpoint/core/errors.ts";
import type { Clock, Place } from "#endpoint/core/ports.ts";

export interface Dashboard {
  readonly body: string;
  readonly at: number;
}

/** Dashboards by name: what was put, given back. Nothing here draws them. */
export class Dashboards {
  readonly #bodies = new Map<string, Dashboard>();
  readonly #clock: Clock;
  readonly #place: Place;

  constructor(place: Place, clock: Clock) {
    this.#place = place;
    this.#clock = clock;
  }

  /** Throws `InvalidParameterInput` where the body is not JSON. */
  put(name: string, body: string): void {
    try {
      JSON.parse(body);
    } catch {
      throw new AwsError("InvalidParameterInput", `The body of dashboard ${name} is not valid JSON.`);
    }
    this.#bodies.set(name, { body, at: this.#clock.now() });
  }

  delete(name: string): void {
    this.#bodies.delete(name);
  }

  arnOf(name: string): string {
    return `arn:aws:cloudwatch::${this.#place.account}:dashboard/${name}`;
  }

  /** Throws `ResourceNotFound`. */
  get(name: string): Dashboard {
    const dashboard = this.#bodies.get(name);
    if (dashboard === undefined) throw new AwsError("ResourceNotFound", `Dashboard ${name} does not exist`, 404);
    return dashboard;
  }

  all(): readonly (readonly [name: string, dashboard: Dashboard])[] {
    return [...this.#bodies];
  }
}
