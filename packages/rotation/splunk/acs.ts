import * as v from "valibot";
import { type Answer, attempt } from "../http.ts";
import type { Clock } from "../ports.ts";
import {
  type Administrator,
  type HecSettings,
  type HecToken,
  readAnswer,
  SplunkError,
  type TokenAdmin,
} from "./token-admin.ts";

const Spec = v.looseObject({
  name: v.string(),
  allowedIndexes: v.optional(v.nullable(v.array(v.string())), []),
  defaultIndex: v.optional(v.string(), ""),
  defaultSource: v.optional(v.string(), ""),
  defaultSourcetype: v.optional(v.string(), ""),
  defaultHost: v.optional(v.string(), ""),
  disabled: v.optional(v.boolean(), false),
  // The documentation has useACK, clients have useAck.
  useAck: v.optional(v.boolean()),
  useACK: v.optional(v.boolean()),
});
const Collector = v.object({ spec: Spec, token: v.string() });
const One = v.object({ "http-event-collector": Collector });
const Many = v.object({ "http-event-collectors": v.optional(v.nullable(v.array(Collector)), []) });

const pageSize = 100;

export interface AcsPorts {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly deadline: () => number;
}

/**
 * Splunk Cloud's Admin Config Service. Changes are accepted first and applied later, usually within minutes.
 * https://help.splunk.com/en/splunk-cloud-platform/administer/admin-config-service-manual
 */
export function acs({ address, token: admin }: Administrator, ports: AcsPorts): TokenAdmin {
  const destination = (path: string) => ({ name: "ACS", address, path: `/inputs/http-event-collectors${path}` });

  const call = async (method: string, path: string, body?: object): Promise<Answer & { kind: "answer" }> => {
    for (;;) {
      const answer = await attempt(ports.fetch, destination(path), {
        method,
        headers: { authorization: `Bearer ${admin.reveal()}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      // 424: another change of the stack is in progress; 429: ten calls a minute are too many for some stacks.
      const again = answer.kind === "unreachable" || [424, 429, 500, 502, 503, 504].includes(answer.status);
      if (!again) return answer;
      const pause = answer.kind === "unreachable" ? 1_000 : answer.retryAfterMs;
      if (ports.clock.now() + pause > ports.deadline()) {
        throw new SplunkError(`ACS did not serve ${method}: ${describe(answer)}. The next attempt continues.`);
      }
      await ports.clock.sleep(pause);
    }
  };
  const expect = (answer: Answer & { kind: "answer" }, method: string, ...statuses: readonly number[]) => {
    if (statuses.includes(answer.status)) return;
    const remedy = [401, 403].includes(answer.status)
      ? "Set a valid SPLUNK_ADMIN_TOKEN that may edit tokens in the administrator's secret."
      : "Check SPLUNK_ADMIN_URL and the state of the stack.";
    throw new SplunkError(`ACS answered ${answer.status} to ${method}. ${remedy}`);
  };

  return {
    async list() {
      const tokens: HecToken[] = [];
      for (;;) {
        const answer = await call("GET", `?count=${pageSize}&offset=${tokens.length}`);
        expect(answer, "GET", 200);
        const page = readAnswer(Many, answer.json, "ACS")["http-event-collectors"] ?? [];
        tokens.push(...page.map(read));
        if (page.length < pageSize) return tokens;
      }
    },
    async find(name) {
      const answer = await call("GET", `/${encodeURIComponent(name)}`);
      expect(answer, "GET", 200, 404);
      return answer.status === 404 ? undefined : read(readAnswer(One, answer.json, "ACS")["http-event-collector"]);
    },
    async create(name, token, settings) {
      const answer = await call("POST", "", { name, token, disabled: false, ...write(settings) });
      expect(answer, "POST", 200, 202, 409);
    },
    async disable(name) {
      expect(await call("PATCH", `/${encodeURIComponent(name)}`, { disabled: true }), "PATCH", 200, 202, 404);
    },
    async delete(name) {
      expect(await call("DELETE", `/${encodeURIComponent(name)}`, {}), "DELETE", 200, 202, 404);
    },
  };
}

function describe(answer: Answer): string {
  return answer.kind === "unreachable" ? answer.reason : `HTTP ${answer.status}`;
}

function read({ spec, token }: v.InferOutput<typeof Collector>): HecToken {
  return {
    name: spec.name,
    token,
    disabled: spec.disabled,
    settings: {
      indexes: spec.allowedIndexes ?? [],
      defaultIndex: spec.defaultIndex,
      source: spec.defaultSource,
      sourcetype: spec.defaultSourcetype,
      host: spec.defaultHost,
      useAck: spec.useAck ?? spec.useACK ?? false,
    },
  };
}

function write({ indexes, defaultIndex, source, sourcetype, host, useAck }: HecSettings) {
  return {
    allowedIndexes: indexes,
    defaultIndex,
    defaultSource: source,
    defaultSourcetype: sourcetype,
    defaultHost: host,
    useAck,
  };
}
