import { createIdentities } from "#endpoint/core/identities.ts";
import type { Clock, Place } from "#endpoint/core/ports.ts";
import { openEndpoint } from "#endpoint/core/server.ts";
import type { AwsService, PassThrough } from "#endpoint/core/service.ts";

export const account = "573946584375";
export const region = "us-east-1";

/** The settings of a client, whatever its service. */
export interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface Served<T> {
  readonly made: T;
  readonly place: Place;
  readonly client: ClientSettings;
  close(): Promise<void>;
}

/** The real front door over the services that `make` builds once the endpoint's address is known. */
export async function serve<T extends { stop(): Promise<void> }>(
  make: (place: Place) => T | Promise<T>,
  servicesOf: (made: T) => readonly (AwsService | PassThrough)[],
): Promise<Served<T>> {
  const endpoint = await openEndpoint({ port: 0 });
  const place = { region, account, endpointUrl: endpoint.url };
  const made = await make(place);
  endpoint.serve({
    services: servicesOf(made),
    identities: createIdentities({ account, clock: { now: () => Date.now() } }),
    log: () => undefined,
  });
  return {
    made,
    place,
    client: { endpoint: endpoint.url, region, credentials: { accessKeyId: "AKIALOCAL", secretAccessKey: "local" } },
    async close() {
      await endpoint.close();
      await made.stop();
    },
  };
}

/** A clock that stands still until it is turned. */
export class TurnedClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = {
        until: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      if (signal?.aborted) return resolve();
      signal?.addEventListener("abort", sleeper.wake, { once: true });
      this.#sleepers.add(sleeper);
      return undefined;
    });
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  turn(ms: number): void {
    this.#now += ms;
    for (const sleeper of [...this.#sleepers]) if (sleeper.until <= this.#now) sleeper.wake();
  }
}

/** Where a resource of a test stack belongs. */
export function stackContext(logicalId: string, stackTags: Readonly<Record<string, string>> = {}) {
  return {
    region,
    account,
    stackName: "local-alarms",
    stackId: `arn:aws:cloudformation:${region}:${account}:stack/local-alarms/1`,
    logicalId,
    stackTags,
    signal: new AbortController().signal,
  };
}
