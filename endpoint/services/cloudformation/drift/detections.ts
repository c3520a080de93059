import { randomUUID } from "node:crypto";
import type { Clock } from "#endpoint/core/ports.ts";
import type { ResourceProvider } from "#endpoint/core/service.ts";
import { exists, type Stack, type StackResource } from "../stack/stack.ts";
import { isJson, isObject, type Json, type JsonObject } from "../template/json.ts";
import { differencesOf, type PropertyDifference } from "./differences.ts";

/** How one resource was found; resources of types that cannot be read are left out. */
export interface ResourceDrift {
  readonly resource: StackResource;
  readonly status: "IN_SYNC" | "MODIFIED" | "DELETED";
  readonly expected: JsonObject;
  readonly actual: JsonObject | undefined;
  readonly differences: readonly PropertyDifference[];
}

export interface Detection {
  readonly id: string;
  readonly stack: Stack;
  readonly startedAt: number;
  readonly drifts: readonly ResourceDrift[];
  readonly status: "DRIFTED" | "IN_SYNC" | "NOT_CHECKED";
}

/** Compares what stacks were given with what is there now, and keeps the last comparison of each. */
export class Detections {
  readonly #clock: Clock;
  readonly #provider: (type: string) => ResourceProvider | undefined;
  readonly #byId = new Map<string, Detection>();
  readonly #lastOf = new Map<Stack, Detection>();

  constructor(clock: Clock, provider: (type: string) => ResourceProvider | undefined) {
    this.#clock = clock;
    this.#provider = provider;
  }

  start(stack: Stack): Detection {
    const drifts = [...stack.resources.values()].flatMap((resource) => this.#look(resource) ?? []);
    const drifted = drifts.some((one) => one.status !== "IN_SYNC");
    const status = drifted ? "DRIFTED" : drifts.length > 0 ? "IN_SYNC" : "NOT_CHECKED";
    const detection: Detection = { id: randomUUID(), stack, startedAt: this.#clock.now(), drifts, status };
    stack.drift = { status, at: detection.startedAt };
    this.#byId.set(detection.id, detection);
    this.#lastOf.set(stack, detection);
    return detection;
  }

  find(id: string): Detection | undefined {
    return this.#byId.get(id);
  }

  lastOf(stack: Stack): Detection | undefined {
    return this.#lastOf.get(stack);
  }

  #look(resource: StackResource): ResourceDrift | undefined {
    const provider = this.#provider(resource.type);
    if (provider?.read === undefined || !exists(resource)) return undefined;
    const live = provider.read(resource.state, resource.properties);
    if (live === undefined)
      return { resource, status: "DELETED", expected: resource.properties, actual: undefined, differences: [] };
    const actual = plain(live);
    const expected = Object.fromEntries(Object.entries(resource.properties).filter(([name]) => name in live));
    const differences = differencesOf(expected, actual, "");
    return { resource, status: differences.length === 0 ? "IN_SYNC" : "MODIFIED", expected, actual, differences };
  }
}

/** A service's own values as a template would have them: without what is undefined. */
function plain(live: Readonly<Record<string, unknown>>): JsonObject {
  const document: unknown = JSON.parse(JSON.stringify(live));
  const whole: Json | undefined = isJson(document) ? document : undefined;
  return isObject(whole) ? whole : {};
}
