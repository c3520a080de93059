import { hecUrl } from "../world/splunk.ts";

export const token = "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d";
export const placeholder = "https://replace-me.splunkcloud.com:8088";
export const aliases = { endpoint: "SPLUNK_HEC_URL", token: "SPLUNK_HEC_TOKEN" };
export const placeholders = {
  SPLUNK_HEC_URL: placeholder,
  SPLUNK_HEC_TOKEN: "00000000-0000-0000-0000-000000000000",
};
export const right = { SPLUNK_HEC_URL: hecUrl, SPLUNK_HEC_TOKEN: token };
