import * as v from "valibot";
import { type AdministrationPorts, administration } from "./administration.ts";
import { type Administrator, type HecSettings, type HecToken, readAnswer, type TokenAdmin } from "./token-admin.ts";

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

/**
 * Splunk Cloud's Admin Config Service. Changes are accepted first and applied later, usually within minutes.
 * https://help.splunk.com/en/splunk-cloud-platform/administer/admin-config-service-manual
 */
export function acs(administrator: Administrator, ports: AdministrationPorts): TokenAdmin {
  const call = administration("ACS", administrator, ports);
  const send = (method: string, at: string, allowed: readonly number[], body?: object) =>
    call(method, {
      path: `/inputs/http-event-collectors${at}`,
      allowed,
      headers: { "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  return {
    async list() {
      const tokens: HecToken[] = [];
      for (;;) {
        const answer = await send("GET", `?count=${pageSize}&offset=${tokens.length}`, [200]);
        const page = readAnswer(Many, answer.json, "ACS")["http-event-collectors"] ?? [];
        tokens.push(...page.map(read));
        if (page.length < pageSize) return tokens;
      }
    },
    async find(name) {
      const answer = await send("GET", `/${encodeURIComponent(name)}`, [200, 404]);
      return answer.status === 404 ? undefined : read(readAnswer(One, answer.json, "ACS")["http-event-collector"]);
    },
    async create(name, token, settings) {
      await send("POST", "", [200, 202, 409], { name, token, disabled: false, ...write(settings) });
    },
    async disable(name) {
      await send("PATCH", `/${encodeURIComponent(name)}`, [200, 202, 404], { disabled: true });
    },
    async delete(name) {
      await send("DELETE", `/${encodeURIComponent(name)}`, [200, 202, 404], {});
    },
  };
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
