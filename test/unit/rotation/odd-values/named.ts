import { hecUrl } from "../world/splunk.ts";
import { right, token } from "./secret.ts";

/** What is held, and what people hear of it. */
export const named: readonly (readonly [string, unknown, RegExp])[] = [
  [
    "one slash in the scheme",
    { ...right, SPLUNK_HEC_URL: "https:/h" },
    /SPLUNK_HEC_URL begins with neither https:\/\/ nor http:\/\//,
  ],
  ["a letter missing in the scheme", { ...right, SPLUNK_HEC_URL: "htps://h" }, /begins with neither/],
  ["another scheme", { ...right, SPLUNK_HEC_URL: "ftp://h" }, /begins with neither/],
  ["no colon in the scheme", { ...right, SPLUNK_HEC_URL: "https//h:8088" }, /begins with neither/],
  ["a colon alone", { ...right, SPLUNK_HEC_URL: "https:h" }, /begins with neither/],
  ["three slashes", { ...right, SPLUNK_HEC_URL: "https:///h" }, /begins with neither/],
  [
    "a user and a password",
    { ...right, SPLUNK_HEC_URL: "https://user:pw@h" },
    /SPLUNK_HEC_URL contains a user name or a password/,
  ],
  [
    "a user, without a scheme",
    { ...right, SPLUNK_HEC_URL: "user@h.test:8088/services/collector" },
    /contains a user name or a password/,
  ],
  ["white space inside", { ...right, SPLUNK_HEC_URL: "https://h .test" }, /contains white space or characters/],
  [
    "a backslash",
    { ...right, SPLUNK_HEC_URL: "https:\\\\h.test" },
    /characters that no address has|begins with neither/,
  ],
  ["letters for a port", { ...right, SPLUNK_HEC_URL: "https://h.test:hec" }, /has no valid host name/],
  ["no host", { ...right, SPLUNK_HEC_URL: "https://.." }, /has no valid host name/],
  ["an empty address", { ...right, SPLUNK_HEC_URL: "" }, /SPLUNK_HEC_URL is empty/],
  ["no token", { SPLUNK_HEC_URL: hecUrl }, /SPLUNK_HEC_TOKEN is missing/],
  ["a number for a token", { ...right, SPLUNK_HEC_TOKEN: 7 }, /SPLUNK_HEC_TOKEN is not a string/],
  ["a nested address", { ...right, SPLUNK_HEC_URL: { url: hecUrl } }, /SPLUNK_HEC_URL is not a string/],
  [
    "a line break in the token",
    { ...right, SPLUNK_HEC_TOKEN: `${token.slice(0, 9)}\n${token.slice(9)}` },
    /SPLUNK_HEC_TOKEN contains white space/,
  ],
  [
    "both swapped",
    { SPLUNK_HEC_URL: token, SPLUNK_HEC_TOKEN: hecUrl },
    /looks like a token where an address belongs.*looks like an address where a token belongs/,
  ],
  [
    "a token for an address",
    { ...right, SPLUNK_HEC_URL: `https://${token}` },
    /looks like a token where an address belongs/,
  ],
  ["an address in an array", { ...right, SPLUNK_HEC_URL: [hecUrl] }, /SPLUNK_HEC_URL is not a string/],
  ["true for a token", { ...right, SPLUNK_HEC_TOKEN: true }, /SPLUNK_HEC_TOKEN is not a string/],
  ["a scheme twice", { ...right, SPLUNK_HEC_URL: `https://${hecUrl}` }, /has no valid host name/],
  ["a password alone", { ...right, SPLUNK_HEC_URL: "https://:pw@hec.test:8088" }, /contains a user name or a password/],
  ["a token for a user", { ...right, SPLUNK_HEC_URL: `https://x:${token}@hec.test` }, /looks like a token/],
  ["null alone", null, /is not a JSON object/],
  ["no text", "", /is not a JSON object/],
  ["an array", [right], /is not a JSON object/],
  ["an array of texts", ["endpoint", "token"], /is not a JSON object/],
  ["JSON in a text", JSON.stringify(JSON.stringify(right)), /is not a JSON object/],
  ["none of the keys", { nested: {} }, /has none of the keys from the map/],
  ["a key twice", `{"endpoint":"${hecUrl}","token":"${token}","token":"${token}"}`, /has a duplicate key/],
  [
    "a number that JSON does not keep",
    `{"endpoint":"${hecUrl}","token":"${token}","N":12345678901234567890}`,
    /a number that would change/,
  ],
];
