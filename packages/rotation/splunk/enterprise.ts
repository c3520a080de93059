import * as v from "valibot";
import { type AdministrationPorts, administration } from "./administration.ts";
import { type Administrator, type HecToken, readAnswer, type TokenAdmin } from "./token-admin.ts";

const flag = v.pipe(
  v.union([v.boolean(), v.number(), v.string()]),
  v.transform((value) => value === true || value === 1 || value === "1" || value === "true"),
);
const Entry = v.object({
  name: v.string(),
  content: v.looseObject({
    token: v.optional(v.string(), ""),
    index: v.optional(v.string(), ""),
    indexes: v.optional(v.union([v.array(v.string()), v.string()]), []),
    source: v.optional(v.string(), ""),
    sourcetype: v.optional(v.string(), ""),
    host: v.optional(v.string(), ""),
    disabled: v.optional(flag, false),
    useACK: v.optional(flag, false),
  }),
});
const Entries = v.object({ entry: v.array(Entry) });

const inputs = "/servicesNS/nobody/splunk_httpinput/data/inputs/http";
/** splunkd keeps inputs by a name with its scheme. */
const scheme = "http://";

/**
 * Splunk Enterprise's REST API, at `https://<host>:8089`. Changes take effect before the answer.
 * https://help.splunk.com/en/splunk-enterprise/leverage-rest-apis/rest-api-reference/10.0/input-endpoints/input-endpoint-descriptions
 */
export function enterprise(administrator: Administrator, ports: AdministrationPorts): TokenAdmin {
  const call = administration("splunkd", administrator, ports);
  const send = (method: string, at: string, allowed: readonly number[], form?: Readonly<Record<string, string>>) =>
    call(method, {
      path: `${inputs}${at}${at.includes("?") ? "&" : "?"}output_mode=json`,
      allowed,
      ...(form !== undefined && { body: new URLSearchParams(form) }),
    });

  return {
    async list() {
      const { json } = await send("GET", "?count=0", [200]);
      return readAnswer(Entries, json, "splunkd").entry.map(read);
    },
    async find(name) {
      const { status, json } = await send("GET", `/${encodeURIComponent(name)}`, [200, 404]);
      const entry = status === 404 ? undefined : readAnswer(Entries, json, "splunkd").entry[0];
      return entry === undefined ? undefined : read(entry);
    },
    async create(name, token, { indexes, defaultIndex, source, sourcetype, host, useAck }) {
      const wanted = { index: defaultIndex, indexes: indexes.join(","), source, sourcetype, host };
      const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ""));
      await send("POST", "", [200, 201, 409], { name, token, useACK: useAck ? "1" : "0", disabled: "0", ...given });
    },
    async disable(name) {
      await send("POST", `/${encodeURIComponent(name)}/disable`, [200, 404]);
    },
    async delete(name) {
      await send("DELETE", `/${encodeURIComponent(name)}`, [200, 404]);
    },
  };
}

function read({ name, content }: v.InferOutput<typeof Entry>): HecToken {
  const { token, index, indexes, source, sourcetype, host, disabled, useACK } = content;
  return {
    name: name.startsWith(scheme) ? name.slice(scheme.length) : name,
    token,
    disabled,
    settings: {
      indexes: typeof indexes === "string" ? indexes.split(",").filter((one) => one !== "") : indexes,
      defaultIndex: index,
      source,
      sourcetype,
      host,
      useAck: useACK,
    },
  };
}
