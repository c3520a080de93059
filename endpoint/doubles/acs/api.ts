import { randomUUID } from "node:crypto";
import * as v from "valibot";
import type { TokenAdministration } from "../hec/administration.ts";
import type { HecToken } from "../hec/token.ts";
import type { DoubleRequest, DoubleResponse } from "../serve.ts";
import { type AcsFault, acsFault } from "./fault.ts";

const Spec = v.object({
  name: v.optional(v.string()),
  token: v.optional(v.string()),
  allowedIndexes: v.optional(v.array(v.string())),
  defaultIndex: v.optional(v.string()),
  defaultSource: v.optional(v.string()),
  defaultSourcetype: v.optional(v.string()),
  defaultHost: v.optional(v.string()),
  disabled: v.optional(v.boolean()),
  useAck: v.optional(v.boolean()),
  useACK: v.optional(v.boolean()),
});
type Spec = v.InferOutput<typeof Spec>;

export interface AcsParts {
  readonly tokens: TokenAdministration;
  /** `/{stack}/adminconfig/v2` is where it answers. */
  readonly stack: string;
  /** The bearer token it takes. */
  readonly jwt: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds between accepted and done. */
  readonly delayMs: number;
}

interface Change {
  readonly id: string;
  readonly name: string;
  readonly dueAt: number;
  readonly apply: () => void;
}

/**
 * Splunk Cloud's Admin Config Service as far as HEC goes: changes are accepted with 202, and seen when they are done.
 * https://help.splunk.com/en/splunk-cloud-platform/administer/admin-config-service-manual
 */
export class AcsApi {
  readonly #parts: AcsParts;
  #changes: Change[] = [];
  #fault: v.InferOutput<typeof acsFault> | undefined;

  constructor(parts: AcsParts) {
    this.#parts = parts;
  }

  setFault(fault: AcsFault | undefined): void {
    this.#fault = fault === undefined ? undefined : v.parse(acsFault, fault);
  }

  handle(request: DoubleRequest): DoubleResponse {
    this.applyDue();
    const refused = this.#misbehave(request.method) ?? this.#authenticate(request);
    if (refused !== undefined) return refused;
    const root = `/${this.#parts.stack}/adminconfig/v2/`;
    const { pathname, searchParams } = request.url;
    if (!pathname.startsWith(root)) return failure(404, "404-stack-not-found", "The stack was not found.");
    const [area, kind, name = ""] = pathname.slice(root.length).split("/").map(decodeURIComponent);
    if (area === "deployment" && kind === "status") return this.#status(name);
    if (area !== "inputs" || kind !== "http-event-collectors") return failure(404, "404-not-found", "No such path.");
    return name === "" ? this.#collection(request, searchParams) : this.#one(request, name);
  }

  #misbehave(method: string): DoubleResponse | undefined {
    const fault = this.#fault;
    if (fault !== undefined && "methods" in fault && fault.methods?.includes(method) === false) return undefined;
    switch (fault?.kind) {
      case "refuse":
        return { kind: "reset" };
      case "stall":
        return { kind: "silence" };
      case "throttle":
        return {
          ...failure(429, "429-too-many-requests", "Too many requests."),
          retryAfter: fault.retryAfterSeconds,
        };
      case "busy":
        return { ...failure(424, "424-failed-dependency", "Another change is in progress."), retryAfter: 1 };
      case "error":
        return failure(503, "503-service-unavailable", "The service is unavailable.");
      case "forbid":
        return failure(403, "403-forbidden", "The token lacks the capability.");
      case "late":
      case "never":
      case "lie":
      case "hide":
      case undefined:
        return undefined;
    }
  }

  #authenticate({ headers }: DoubleRequest): DoubleResponse | undefined {
    if (headers.authorization === `Bearer ${this.#parts.jwt}`) return undefined;
    return failure(401, "401-unauthorized", "The token is invalid or has expired.");
  }

  #collection({ method, body }: DoubleRequest, parameters: URLSearchParams): DoubleResponse {
    const { tokens } = this.#parts;
    if (method === "GET") {
      const offset = Number(parameters.get("offset") ?? 0);
      const page = this.#shown().slice(offset, offset + Number(parameters.get("count") ?? 30));
      return answer(200, { "http-event-collectors": page.map(show) });
    }
    if (method !== "POST") return failure(405, "405-method-not-allowed", "The method is not allowed.");
    const spec = v.parse(Spec, JSON.parse(body.toString()));
    const { name = "" } = spec;
    const taken = tokens.get(name) !== undefined || this.#changes.some((change) => change.name === name);
    if (taken) return failure(409, "409-hec-already-exists", `The HEC token ${name} already exists.`);
    const token = spec.token ?? randomUUID();
    const propagationMs = this.#spreadMs();
    this.#accept(name, () => tokens.create({ name, token, ...settingsOf(spec) }, propagationMs));
    return answer(202, { "http-event-collector": { spec: { ...spec, token: undefined }, token } });
  }

  #one({ method, body }: DoubleRequest, name: string): DoubleResponse {
    const { tokens } = this.#parts;
    const token = this.#shown().find((one) => one.name === name);
    if (token === undefined) return failure(404, "404-hec-not-found", `The HEC token ${name} was not found.`);
    switch (method) {
      case "GET":
        return answer(200, { "http-event-collector": show(token) });
      case "PUT":
      case "PATCH": {
        const spec = v.parse(Spec, JSON.parse(body.toString()));
        this.#accept(name, () => void tokens.update(name, settingsOf(spec)));
        return answer(202, { "http-event-collector": show(token) });
      }
      case "DELETE":
        this.#accept(name, () => void tokens.delete(name));
        return answer(202, {});
      default:
        return failure(405, "405-method-not-allowed", "The method is not allowed.");
    }
  }

  #shown(): readonly HecToken[] {
    const hidden = this.#fault?.kind === "hide" ? this.#fault.name : undefined;
    return this.#parts.tokens.list().filter(({ name }) => name !== hidden);
  }

  #spreadMs(): number {
    if (this.#fault?.kind === "lie") return Number.POSITIVE_INFINITY;
    return this.#fault?.kind === "late" ? this.#fault.spreadMs : 0;
  }

  #status(id: string): DoubleResponse {
    const change = this.#changes.find((one) => one.id === id);
    const timestamp = new Date(this.#parts.now()).toISOString();
    return answer(200, { id, status: change === undefined ? "completed" : "running", timestamp });
  }

  #accept(name: string, apply: () => void): void {
    if (this.#fault?.kind === "never") return;
    const delayMs = this.#fault?.kind === "late" ? this.#fault.delayMs : this.#parts.delayMs;
    this.#changes.push({ id: randomUUID(), name, dueAt: this.#parts.now() + delayMs, apply });
    this.applyDue();
  }

  /** Does what is due, as Splunk does by itself. Returns the milliseconds until there is more to do, if there is. */
  applyDue(): number | undefined {
    const due = this.#changes.filter(({ dueAt }) => dueAt <= this.#parts.now());
    this.#changes = this.#changes.filter((change) => !due.includes(change));
    for (const { apply } of due) apply();
    if (this.#changes.length === 0) return undefined;
    return Math.min(...this.#changes.map(({ dueAt }) => dueAt)) - this.#parts.now();
  }
}

function settingsOf(spec: Spec): Partial<Omit<HecToken, "name" | "token">> {
  const { allowedIndexes, defaultIndex, defaultSource, defaultSourcetype, disabled } = spec;
  const useAck = spec.useAck ?? spec.useACK;
  return {
    ...(allowedIndexes !== undefined && { indexes: allowedIndexes }),
    ...(defaultIndex !== undefined && { defaultIndex }),
    ...(defaultSource !== undefined && defaultSource !== "" && { defaultSource }),
    ...(defaultSourcetype !== undefined && defaultSourcetype !== "" && { defaultSourcetype }),
    ...(disabled !== undefined && { disabled }),
    ...(useAck !== undefined && { useAck }),
  };
}

function show({ name, token, indexes, defaultIndex, defaultSource, defaultSourcetype, disabled, useAck }: HecToken) {
  return {
    spec: {
      name,
      allowedIndexes: indexes,
      defaultIndex,
      defaultSource: defaultSource ?? "",
      defaultSourcetype: defaultSourcetype ?? "",
      disabled,
      useAck,
    },
    token,
  };
}

function answer(status: number, body: unknown) {
  return { kind: "answer", status, body } as const;
}

/** https://help.splunk.com/en/splunk-cloud-platform/administer/admin-config-service-manual: `{code, message}`. */
function failure(status: number, code: string, message: string) {
  return answer(status, { code, message });
}
