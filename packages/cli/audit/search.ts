import * as v from "valibot";
import { Failure, reasonOf } from "../failure.ts";
import type { Stage } from "../stage.ts";
import type { HecSettings } from "./hec.ts";

export interface SearchSettings {
  readonly url: string;
  readonly token: string;
}

/** Where Splunk can be searched; on loopback the collector's double answers searches too. */
export function searchSettings({ plan, env }: Stage, hec: HecSettings): SearchSettings | undefined {
  const url = env.SPLUNK_SEARCH_URL ?? (plan.runsOn === "loopback" ? hec.url : undefined);
  const token = env.SPLUNK_SEARCH_TOKEN ?? (plan.runsOn === "loopback" ? "operator" : undefined);
  return url === undefined || token === undefined ? undefined : { url, token };
}

const Line = v.pipe(v.string(), v.parseJson(), v.object({ result: v.optional(v.unknown()) }));

/**
 * Whether Splunk has indexed an event that holds the marker, in the last hour.
 * https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTsearch#search.2Fv2.2Fjobs.2Fexport
 */
export async function findEvent(
  using: typeof fetch,
  { url, token }: SearchSettings,
  index: string,
  marker: string,
): Promise<boolean> {
  const body = new URLSearchParams({
    search: `search index=${index} "${marker}" | head 1`,
    earliest_time: "-1h",
    output_mode: "json",
    preview: "false",
  });
  const endpoint = new URL("/services/search/v2/jobs/export", url);
  const request = {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body,
    signal: AbortSignal.timeout(30_000),
  };
  const response = await using(endpoint, request).catch((error: unknown) => {
    throw new Failure(`Splunk's search at ${endpoint.host} does not answer: ${reasonOf(error)}`);
  });
  const text = await response.text();
  if (!response.ok)
    throw new Failure(`Splunk's search answered ${response.status}: check SPLUNK_SEARCH_URL and SPLUNK_SEARCH_TOKEN.`);
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .some((line) => v.parse(Line, line).result !== undefined);
}
