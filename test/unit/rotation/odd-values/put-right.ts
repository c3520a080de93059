import type { SecretValue } from "#rotation/value.ts";
import { hecUrl } from "../world/splunk.ts";
import { placeholder, right, token } from "./secret.ts";

/** What is held, what it becomes, and what people hear of it: nothing, where nothing was in doubt. */
export const putRight: readonly (readonly [string, unknown, SecretValue, RegExp | undefined])[] = [
  [
    "empty new keys beside right old ones",
    { SPLUNK_HEC_URL: "", SPLUNK_HEC_TOKEN: " ", endpoint: hecUrl, token },
    right,
    undefined,
  ],
  ["null under new keys", { SPLUNK_HEC_URL: null, SPLUNK_HEC_TOKEN: null, endpoint: hecUrl, token }, right, undefined],
  [
    "a placeholder with a slash",
    { SPLUNK_HEC_URL: `${placeholder}/`, endpoint: hecUrl, SPLUNK_HEC_TOKEN: token },
    right,
    undefined,
  ],
  [
    "a placeholder in capitals, with a path",
    { SPLUNK_HEC_URL: `${placeholder.toUpperCase()}/services/collector`, endpoint: hecUrl, token },
    right,
    undefined,
  ],
  ["an old key that is a placeholder", { ...right, endpoint: `${placeholder}/` }, right, undefined],
  ["empty old keys beside right new ones", { ...right, endpoint: "", token: null }, right, undefined],
  [
    "old keys with the same, written otherwise",
    { ...right, endpoint: `${hecUrl}/services/collector/`, token: `Splunk ${token}` },
    right,
    undefined,
  ],
  ["keys in other case", { Endpoint: hecUrl, TOKEN: token }, right, /renamed "Endpoint", "TOKEN":/],
  ["keys with white space", { " endpoint": hecUrl, "token\t": token }, right, /renamed " endpoint", "token\\t":/],
  ["new keys in other case", { splunk_hec_url: hecUrl, "Splunk-Hec-Token": token }, right, /"splunk_hec_url"/],
  ["a key with a mark nobody sees", { "\ufeffSPLUNK_HEC_URL": hecUrl, SPLUNK_HEC_TOKEN: token }, right, /renamed/],
  [
    "a variant beside the right key, with another value",
    { ...right, Token: "another-one" },
    right,
    /dropped "Token": another name/,
  ],
  ["another value under the old key", { ...right, token: "another-one" }, right, /dropped "token": another name/],
  ["a number under a new key", { ...right, SPLUNK_HEC_TOKEN: 7, token }, right, /dropped "SPLUNK_HEC_TOKEN"/],
  [
    "other kinds beside right keys",
    { ...right, PORT: 8088, ON: true, NONE: null, deep: { a: [1] } },
    { ...right, PORT: 8088, ON: true, NONE: null, deep: { a: [1] } },
    undefined,
  ],
  [
    "other kinds beside old keys",
    { endpoint: hecUrl, token, PORT: 8088, deep: { a: [1] } },
    { ...right, PORT: 8088, deep: { a: [1] } },
    undefined,
  ],
  ["a mark of byte order", `\ufeff${JSON.stringify(right)}`, right, undefined],
  ["Splunk before the token", { ...right, SPLUNK_HEC_TOKEN: `Splunk ${token}` }, right, undefined],
  [
    "splunk twice, in a whole header",
    { ...right, SPLUNK_HEC_TOKEN: `Authorization: splunk Splunk\t${token}` },
    right,
    undefined,
  ],
  ["white space and a line's end behind the token", { ...right, SPLUNK_HEC_TOKEN: ` ${token}\r\n` }, right, undefined],
  ["a token in quotes", { ...right, SPLUNK_HEC_TOKEN: `"${token}"` }, right, undefined],
  ["white space around the address", { ...right, SPLUNK_HEC_URL: `\u200b ${hecUrl}/\n` }, right, undefined],
  ["no scheme", { ...right, SPLUNK_HEC_URL: "hec.test:8088" }, right, undefined],
  ["capitals in HEC's path", { ...right, SPLUNK_HEC_URL: `${hecUrl}/Services/Collector` }, right, undefined],
  ["the path of forwarders", { ...right, SPLUNK_HEC_URL: `${hecUrl}/services/collector/s2s` }, right, undefined],
  ["what is left of that path", { ...right, SPLUNK_HEC_URL: `${hecUrl}/s2s/` }, right, undefined],
  [
    "the same token in the query",
    { ...right, SPLUNK_HEC_URL: `${hecUrl}/services/collector/validate/1.0?token=${token}` },
    right,
    undefined,
  ],
  [
    "the only token in the query",
    { SPLUNK_HEC_URL: `${hecUrl}/services/collector/raw?token=${token}` },
    right,
    /moved the token in the query of its address to SPLUNK_HEC_TOKEN/,
  ],
  [
    "another token in the query",
    { ...right, SPLUNK_HEC_URL: `${hecUrl}/services/collector/raw?token=another-one` },
    right,
    /dropped the query of its address/,
  ],
  [
    "a channel in the query",
    { ...right, SPLUNK_HEC_URL: `${hecUrl}?channel=77` },
    right,
    /dropped the query of its address/,
  ],
];
