import * as v from "valibot";
import { type Answer, attempt } from "../http.ts";
import { type Administrator, type HecToken, readAnswer, SplunkError, type TokenAdmin } from "./token-admin.ts";

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
export function enterprise(
  { address, token: admin }: Administrator,
  { fetch }: { readonly fetch: typeof globalThis.fetch },
): TokenAdmin {
  const call = async (
    method: string,
    path: string,
    allowed: readonly number[],
    form?: Readonly<Record<string, string>>,
  ) => {
    const whole = `${inputs}${path}${path.includes("?") ? "&" : "?"}output_mode=json`;
    const answer: Answer = await attempt(
      fetch,
      { name: "splunkd", address, path: whole },
      {
        method,
        headers: { authorization: `Bearer ${admin.reveal()}` },
        ...(form !== undefined && { body: new URLSearchParams(form) }),
      },
    );
    if (answer.kind === "unreachable") throw new SplunkError(`splunkd did not serve ${method}: ${answer.reason}.`);
    if (!allowed.includes(answer.status)) {
      throw new SplunkError(
        `splunkd answered ${answer.status} to ${method}. Check SPLUNK_ADMIN_URL, and that SPLUNK_ADMIN_TOKEN may edit HEC tokens.`,
      );
    }
    return answer;
  };

  return {
    async list() {
      const { json } = await call("GET", "?count=0", [200]);
      return readAnswer(Entries, json, "splunkd").entry.map(read);
    },
    async find(name) {
      const { status, json } = await call("GET", `/${encodeURIComponent(name)}`, [200, 404]);
      const entry = status === 404 ? undefined : readAnswer(Entries, json, "splunkd").entry[0];
      return entry === undefined ? undefined : read(entry);
    },
    async create(name, token, { indexes, defaultIndex, source, sourcetype, host, useAck }) {
      const wanted = { index: defaultIndex, indexes: indexes.join(","), source, sourcetype, host };
      const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ""));
      await call("POST", "", [200, 201, 409], { name, token, useACK: useAck ? "1" : "0", disabled: "0", ...given });
    },
    async disable(name) {
      await call("POST", `/${encodeURIComponent(name)}/disable`, [200, 404]);
    },
    async delete(name) {
      await call("DELETE", `/${encodeURIComponent(name)}`, [200, 404]);
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
