import type { Dice } from "./dice.ts";
import type { Run } from "./run.ts";
import type { HecToken, Stack } from "./splunk.ts";
import type { Time } from "./time.ts";
import { second } from "./time.ts";
import { administrator } from "./values.ts";
import type { Weather } from "./weather.ts";

/** A request to an issuer's administration, for counting. */
export interface IssuerRequest {
  readonly at: number;
  /** For which it was asked. */
  readonly secret: string;
  readonly method: string;
  readonly status: number;
}

export interface WebPorts {
  readonly time: Time;
  readonly dice: Dice;
  readonly weather: Weather;
  readonly stacks: ReadonlyMap<string, Stack>;
  /** Client secrets that Google knows. */
  readonly pairs: ReadonlySet<string>;
  readonly requested: (request: IssuerRequest) => void;
  readonly revoking: (stack: string, token: HecToken) => void;
  readonly probed: (stack: string, token: string, accepted: boolean) => void;
}

/** Its text is read without a stream, so that no real time passes. */
function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  const text = body === undefined ? "" : JSON.stringify(body);
  return Object.assign(new Response(null, { status, headers }), { text: async () => text });
}

const hecAnswers = {
  enabled: () => answer(200, { text: "Success", code: 0 }),
  disabled: () => answer(403, { text: "Token disabled", code: 1 }),
  unknown: () => answer(403, { text: "Invalid token", code: 4 }),
} as const;

/** What answers requests: ACS, splunkd, HEC and Google's token endpoint. */
export class Web {
  readonly #ports: WebPorts;

  constructor(ports: WebPorts) {
    this.#ports = ports;
  }

  fetchFor(run: Run): typeof fetch {
    return async (target, init = {}) => {
      const url = new URL(String(target instanceof Request ? target.url : target));
      const method = init.method ?? "GET";
      const [kind = "", stack = ""] = url.hostname.split(".");
      const unreachable = () =>
        new TypeError("fetch failed", { cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) });
      if (url.hostname === "oauth2.googleapis.com") {
        return run.reach("google", () => this.#google(bodyOf(init)), unreachable);
      }
      if (kind === "hec") return run.reach("hec", () => this.#hec(stack, url, init), unreachable);
      if (kind === "admin" || kind === "splunkd") {
        const key = kind === "admin" ? (url.pathname.split("/")[1] ?? "") : stack;
        const serve = () =>
          kind === "admin" ? this.#acs(key, method, url, init) : this.#splunkd(key, method, url, init);
        const asker = headerOf(init, "authorization").split(administrator)[1] ?? key;
        // Lost on its way back, it was a request all the same; it is one.
        let isCounted = false;
        try {
          return await run.reach(
            "acs",
            () => {
              const given = serve();
              this.#count(asker, method, given.status);
              isCounted = true;
              return given;
            },
            unreachable,
          );
        } catch (error) {
          if (!isCounted) this.#count(asker, method, 0);
          throw error;
        }
      }
      throw unreachable();
    };
  }

  #count(secret: string, method: string, status: number): void {
    this.#ports.requested({ at: this.#ports.time.now(), secret, method, status });
  }

  /** https://developers.google.com/identity/protocols/oauth2/web-server */
  #google(form: URLSearchParams): Response {
    const known = this.#ports.pairs.has(`${form.get("client_id")} ${form.get("client_secret")}`);
    return known ? answer(400, { error: "invalid_grant" }) : answer(401, { error: "invalid_client" });
  }

  /** https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data/troubleshoot-http-event-collector */
  #hec(key: string, url: URL, init: RequestInit): Response {
    const stack = this.#ports.stacks.get(key);
    if (stack === undefined) return answer(404, undefined);
    if (url.pathname.endsWith("/health")) return answer(200, { text: "HEC is healthy", code: 17 });
    const token = headerOf(init, "authorization").replace(/^Splunk /, "");
    if (token === "") return answer(401, { text: "Token is required", code: 2 });
    const standing = stack.ask(token);
    this.#ports.probed(key, token, standing === "enabled");
    if (standing === "enabled" && (init.body ?? "") === "") return answer(400, { text: "No data", code: 5 });
    return hecAnswers[standing]();
  }

  /** https://help.splunk.com/en/splunk-cloud-platform/administer/admin-config-service-manual */
  #acs(key: string, method: string, url: URL, init: RequestInit): Response {
    const { weather, dice } = this.#ports;
    const stack = this.#ports.stacks.get(key);
    if (stack === undefined) return answer(404, { code: "404-stack-not-found" });
    const busy = weather.busy(method);
    if (busy !== undefined) return answer(busy.status, { code: `${busy.status}` }, this.#retryAfter(busy.retryAfter));
    const name = decodeURIComponent(url.pathname.split("/http-event-collectors/")[1] ?? "");
    const isChange = method !== "GET";
    if (isChange && stack.isChanging && dice.chance(0.5)) return answer(424, { code: "424-dependency" });
    if (method === "GET" && name === "") {
      const [from, count] = [Number(url.searchParams.get("offset") ?? 0), Number(url.searchParams.get("count") ?? 30)];
      return answer(200, {
        "http-event-collectors": stack
          .list()
          .slice(from, from + count)
          .map(collector),
      });
    }
    if (method === "POST") {
      const { name: wanted, token } = jsonOf(init);
      const made = stack.create(wanted ?? "", token ?? "", weather.making());
      return made === "accepted" ? answer(202, {}) : answer(409, { code: "409-object-already-exists" });
    }
    const found = stack.find(name);
    if (found === undefined) return answer(404, { code: "404-hec-not-found", message: "not found" });
    if (method === "GET") return answer(200, { "http-event-collector": collector(found) });
    this.#ports.revoking(key, found);
    if (method === "DELETE") stack.delete(found, weather.making());
    else stack.disable(found, weather.making());
    return answer(202, {});
  }

  /** https://help.splunk.com/en/splunk-enterprise/leverage-rest-apis/rest-api-reference */
  #splunkd(key: string, method: string, url: URL, init: RequestInit): Response {
    const stack = this.#ports.stacks.get(key);
    if (stack === undefined) return answer(404, undefined);
    const busy = this.#ports.weather.busy(method);
    if (busy !== undefined) return answer(busy.status, { messages: [] }, this.#retryAfter(busy.retryAfter));
    const [name = "", verb = ""] = (url.pathname.split("/data/inputs/http")[1] ?? "").split("/").slice(1);
    if (method === "GET" && name === "") return answer(200, { entry: stack.list().map(entry) });
    if (method === "POST" && name === "") {
      const form = bodyOf(init);
      const made = stack.create(form.get("name") ?? "", form.get("token") ?? "", 0);
      return answer(made === "accepted" ? 201 : 409, { entry: [] });
    }
    const found = stack.find(decodeURIComponent(name));
    if (found === undefined) return answer(404, { messages: [] });
    if (method === "GET") return answer(200, { entry: [entry(found)] });
    if (method === "DELETE" || verb === "disable") this.#ports.revoking(key, found);
    if (method === "DELETE") stack.delete(found, 0);
    else if (verb === "disable") stack.disable(found, 0);
    return answer(200, { entry: [] });
  }

  #retryAfter(how: "none" | "zero" | "seconds" | "date"): Readonly<Record<string, string>> {
    switch (how) {
      case "none":
        return {};
      case "zero":
        return { "retry-after": "0" };
      case "seconds":
        return { "retry-after": "30" };
      case "date":
        return { "retry-after": new Date(this.#ports.time.now() + 90 * second).toUTCString() };
    }
  }
}

function collector({ name, token, disabled }: HecToken) {
  return { spec: { name, disabled, allowedIndexes: ["mcp_audit"], defaultIndex: "mcp_audit" }, token };
}

function entry({ name, token, disabled }: HecToken) {
  return { name: `http://${name}`, content: { token, disabled, index: "mcp_audit", indexes: ["mcp_audit"] } };
}

function headerOf({ headers }: RequestInit, name: string): string {
  return new Headers(headers).get(name) ?? "";
}

function bodyOf({ body }: RequestInit): URLSearchParams {
  return body instanceof URLSearchParams ? body : new URLSearchParams(typeof body === "string" ? body : "");
}

function jsonOf({ body }: RequestInit): { readonly name?: string; readonly token?: string } {
  const parsed: unknown = JSON.parse(typeof body === "string" ? body : "{}");
  if (typeof parsed !== "object" || parsed === null) return {};
  const { name, token } = { name: undefined, token: undefined, ...parsed };
  return { ...(typeof name === "string" && { name }), ...(typeof token === "string" && { token }) };
}
