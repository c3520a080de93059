import * as v from "valibot";
import type { HecRequest } from "./collector.ts";
import { type FaultRequest, type FaultSwitch, fault } from "./fault.ts";
import type { IndexStore } from "./search.ts";
import type { TokenRegistry } from "./token.ts";

/** How a test or the local summary controls the double; not part of Splunk. */
export const controlPath = "/__double";

const tokenRequest = v.object({
  name: v.string(),
  token: v.optional(v.string()),
  indexes: v.optional(v.array(v.string())),
  defaultIndex: v.optional(v.string()),
  useAck: v.optional(v.boolean()),
});
const faultRequest = v.nullable(v.intersect([fault, v.object({ seconds: v.optional(v.number()) })]));

export interface ControlParts {
  readonly tokens: TokenRegistry;
  readonly store: IndexStore;
  readonly faults: FaultSwitch;
}

/**
 * - `GET /__double/events?index=&source=&sourcetype=&earliest=` what was indexed
 * - `GET|POST /__double/tokens`, `POST /__double/tokens/<name>/enable|disable`, `DELETE /__double/tokens/<name>`
 * - `PUT /__double/fault` `{kind, seconds?, …}` or `null`
 *
 * Token values are accepted and never shown.
 */
export function control(
  request: HecRequest,
  { tokens, store, faults }: ControlParts,
): { status: number; body: string } {
  const [kind, name, action] = request.url.pathname.slice(controlPath.length + 1).split("/");
  const route = `${request.method} ${kind}${name === undefined ? "" : "/name"}${action === undefined ? "" : `/${action}`}`;
  const json = (body: unknown, status = 200) => ({ status, body: JSON.stringify(body) });
  const found = (done: boolean) => json({ done }, done ? 200 : 404);
  const input = (): unknown => JSON.parse(request.body.toString());

  switch (route) {
    case "GET events":
      return json(store.search(readSearch(request.url.searchParams)));
    case "GET tokens":
      return json(tokens.list().map(({ token: _, ...shown }) => shown));
    case "POST tokens": {
      const { token: _, ...shown } = tokens.create(v.parse(tokenRequest, input()));
      return json(shown, 201);
    }
    case "POST tokens/name/enable":
      return found(tokens.update(name ?? "", { disabled: false }));
    case "POST tokens/name/disable":
      return found(tokens.update(name ?? "", { disabled: true }));
    case "DELETE tokens/name":
      return found(tokens.delete(name ?? ""));
    case "PUT fault":
      setFault(faults, v.parse(faultRequest, input()));
      return json({ fault: faults.current ?? null });
    default:
      return json({ error: `There is no ${request.method} ${request.url.pathname}.` }, 404);
  }
}

function setFault(faults: FaultSwitch, request: (FaultRequest & { seconds?: number | undefined }) | null): void {
  if (request === null) faults.clear();
  else faults.set(request, request.seconds);
}

function readSearch(parameters: URLSearchParams) {
  const earliest = parameters.get("earliest");
  return {
    index: parameters.get("index") ?? undefined,
    source: parameters.get("source") ?? undefined,
    sourcetype: parameters.get("sourcetype") ?? undefined,
    earliest: earliest === null ? undefined : Number(earliest),
  };
}
