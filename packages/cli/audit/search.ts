import * as v from "valibot";
import type { Audit } from "#console/model/happening.ts";
import { auditOf } from "#console/reading/audit.ts";
import { Failure, reasonOf } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { findAuditSecret, readHecSettings } from "./hec.ts";

export interface SearchSettings {
  readonly url: string;
  readonly token: string;
}

/**
 * Where Splunk can be searched; on loopback the collector's double answers searches too.
 *
 * @param hecUrl the collector's address, where it is known
 */
export function searchSettings({ plan, env }: Stage, hecUrl?: string): SearchSettings | undefined {
  const url = env.SPLUNK_SEARCH_URL ?? (plan.runsOn === "loopback" ? hecUrl : undefined);
  const token = env.SPLUNK_SEARCH_TOKEN ?? (plan.runsOn === "loopback" ? "operator" : undefined);
  return url === undefined || token === undefined ? undefined : { url, token };
}

const Found = v.object({ _raw: v.string(), source: v.optional(v.string()), _time: v.optional(v.string()) });
const Line = v.pipe(v.string(), v.parseJson(), v.object({ result: v.optional(Found) }));

interface Search {
  readonly index: string;
  /** Each is somewhere in the event. */
  readonly words: readonly string[];
  /** As Splunk has it: `-1h`. */
  readonly since: string;
  /** The newest, at most so many. */
  readonly most: number;
}

/**
 * What Splunk has indexed, newest first.
 * https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTsearch#search.2Fv2.2Fjobs.2Fexport
 */
async function searchEvents(
  using: typeof fetch,
  { url, token }: SearchSettings,
  { index, words, since, most }: Search,
): Promise<readonly v.InferOutput<typeof Found>[]> {
  // Within quotes, a quote and a backslash alone mean something else: no audit event needs them.
  const terms = words.map((word) => `"${word.replace(/["\\]/g, "")}"`);
  const body = new URLSearchParams({
    search: [`search index=${index}`, ...terms, `| head ${most}`].join(" "),
    earliest_time: since,
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
    .flatMap((line) => v.parse(Line, line).result ?? []);
}

/** Whether Splunk has indexed an event that holds the marker, in the last hour. */
export async function findEvent(
  using: typeof fetch,
  settings: SearchSettings,
  index: string,
  marker: string,
): Promise<boolean> {
  return (await searchEvents(using, settings, { index, words: [marker], since: "-1h", most: 1 })).length > 0;
}

const RawEvent = v.pipe(v.string(), v.parseJson(), v.unknown());

/** Past audit events of two weeks, as the console searches them; `undefined` where Splunk cannot be searched. */
export function auditSearch(stage: Stage): ((filter: string) => Promise<readonly Audit[]>) | undefined {
  const { plan } = stage;
  const known = searchSettings(stage);
  if (findAuditSecret(stage) === undefined || (known === undefined && plan.runsOn === "aws")) return undefined;
  return async (filter) => {
    const settings = known ?? searchSettings(stage, (await readHecSettings(stage)).url);
    if (settings === undefined) return [];
    const words = filter.split(/\s+/).filter((word) => word !== "");
    const found = await searchEvents(stage.fetch, settings, {
      index: plan.auditIndex,
      words,
      since: "-14d",
      most: 100,
    });
    return found.map(({ _raw, _time, source }) => {
      const parsed = v.safeParse(RawEvent, _raw);
      const time = Date.parse(_time ?? "") / 1000 || 0;
      return auditOf({ time, source, event: parsed.success ? parsed.output : _raw });
    });
  };
}
