import { randomUUID } from "node:crypto";
import type { TokenAdministration } from "../hec/administration.ts";
import type { HecToken } from "../hec/token.ts";
import type { DoubleRequest, DoubleResponse } from "../serve.ts";

/** Where splunkd keeps its tokens: clients post forms there, and nowhere else. */
export const root = "/servicesNS/nobody/splunk_httpinput/data/inputs/http";
const scheme = "http://";

/** `lie`: a new token is shown as made, and HEC does not know it. */
export type SplunkRestFault = "refuse" | "stall" | "error" | "lie";

export interface SplunkRestParts {
  readonly tokens: TokenAdministration;
  readonly adminToken: string;
}

/**
 * splunkd's REST API as far as HEC goes; changes are done when they are answered.
 * https://help.splunk.com/en/splunk-enterprise/leverage-rest-apis/rest-api-reference/10.0/input-endpoints/input-endpoint-descriptions
 */
export class SplunkRestApi {
  readonly #parts: SplunkRestParts;
  #fault: SplunkRestFault | undefined;

  constructor(parts: SplunkRestParts) {
    this.#parts = parts;
  }

  setFault(fault: SplunkRestFault | undefined): void {
    this.#fault = fault;
  }

  handle(request: DoubleRequest): DoubleResponse {
    if (this.#fault === "refuse") return { kind: "reset" };
    if (this.#fault === "stall") return { kind: "silence" };
    if (this.#fault === "error") return failure(503, "Service unavailable");
    if (request.headers.authorization !== `Bearer ${this.#parts.adminToken}`) {
      return { ...failure(401, "call not properly authenticated") };
    }
    const { pathname } = request.url;
    if (!pathname.startsWith(root)) return failure(404, "Not Found");
    const [encoded, action] = pathname.slice(root.length + 1).split("/");
    const form = new URLSearchParams(request.body.toString());
    if (encoded === undefined || encoded === "") return this.#collection(request.method, form);
    const name = decodeURIComponent(encoded);
    return this.#one(`${request.method} ${action ?? ""}`, name.startsWith(scheme) ? name.slice(scheme.length) : name);
  }

  #collection(method: string, form: URLSearchParams): DoubleResponse {
    const { tokens } = this.#parts;
    if (method === "GET") return entries(200, tokens.list());
    const name = form.get("name") ?? "";
    if (name === "") return failure(400, "The following required arguments are missing: name.");
    if (tokens.get(name) !== undefined) return failure(409, `An object with name=${scheme}${name} already exists`);
    const indexes = (form.get("indexes") ?? "").split(",").filter((index) => index !== "");
    const token = tokens.create(
      {
        name,
        token: form.get("token") ?? randomUUID(),
        indexes,
        defaultIndex: form.get("index") ?? undefined,
        defaultSource: form.get("source") ?? undefined,
        defaultSourcetype: form.get("sourcetype") ?? undefined,
        useAck: form.get("useACK") === "1",
        disabled: form.get("disabled") === "1",
      },
      this.#fault === "lie" ? Number.POSITIVE_INFINITY : 0,
    );
    return entries(201, [token]);
  }

  #one(call: string, name: string): DoubleResponse {
    const { tokens } = this.#parts;
    const token = tokens.get(name);
    if (token === undefined) return failure(404, `Could not find object id=${scheme}${name}`);
    switch (call) {
      case "GET ":
        return entries(200, [token]);
      case "POST enable":
      case "POST disable":
        tokens.update(name, { disabled: call === "POST disable" });
        return entries(200, [{ ...token, disabled: call === "POST disable" }]);
      case "DELETE ":
        tokens.delete(name);
        return entries(200, tokens.list());
      default:
        return failure(405, "Method Not Allowed");
    }
  }
}

function entries(status: number, tokens: readonly HecToken[]): DoubleResponse {
  const entry = tokens.map(({ name, token, indexes, defaultIndex, defaultSource, defaultSourcetype, ...flags }) => ({
    name: `${scheme}${name}`,
    content: {
      token,
      index: defaultIndex,
      indexes,
      source: defaultSource ?? "",
      sourcetype: defaultSourcetype ?? "",
      disabled: flags.disabled,
      useACK: flags.useAck ? "1" : "0",
    },
  }));
  return { kind: "answer", status, body: { entry } };
}

function failure(status: number, text: string): DoubleResponse {
  return { kind: "answer", status, body: { messages: [{ type: status === 401 ? "WARN" : "ERROR", text }] } };
}
