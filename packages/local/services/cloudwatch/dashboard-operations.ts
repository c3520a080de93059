import * as v from "valibot";
import { AwsError } from "../../endpoint/errors.ts";
import type { Clock, Place } from "../../endpoint/ports.ts";
import { define, type Operation } from "../../endpoint/service.ts";

/** Dashboards by name: what was put, given back. Nothing here draws them. */
export class Dashboards {
  readonly #bodies = new Map<string, { readonly body: string; readonly at: number }>();
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

  operations(): Readonly<Record<string, Operation>> {
    return {
      PutDashboard: define(v.object({ DashboardName: v.string(), DashboardBody: v.string() }), (input) => {
        this.put(input.DashboardName, input.DashboardBody);
        return { DashboardValidationMessages: [] };
      }),
      GetDashboard: define(v.object({ DashboardName: v.string() }), ({ DashboardName }) => {
        const dashboard = this.#bodies.get(DashboardName);
        if (dashboard === undefined)
          throw new AwsError("ResourceNotFound", `Dashboard ${DashboardName} does not exist`, 404);
        return { DashboardArn: this.arnOf(DashboardName), DashboardBody: dashboard.body, DashboardName };
      }),
      ListDashboards: define(v.object({ DashboardNamePrefix: v.optional(v.string(), "") }), (input) => ({
        DashboardEntries: [...this.#bodies]
          .filter(([name]) => name.startsWith(input.DashboardNamePrefix))
          .map(([name, { body, at }]) => ({
            DashboardName: name,
            DashboardArn: this.arnOf(name),
            LastModified: new Date(at),
            Size: Buffer.byteLength(body),
          })),
      })),
      DeleteDashboards: define(v.object({ DashboardNames: v.array(v.string()) }), ({ DashboardNames }) => {
        for (const name of DashboardNames) this.delete(name);
        return {};
      }),
    };
  }
}
