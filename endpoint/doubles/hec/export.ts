import type { IndexStore } from "./search.ts";

/** Splunk's search over REST, as far as a check of the audit trail asks: terms of an index, as lines of JSON. */
export const exportPath = "/services/search/v2/jobs/export";

/**
 * Answers `search index=<name> "<text>"`: each event that holds the text, as `{preview, offset, result}`.
 * https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTsearch#search.2Fv2.2Fjobs.2Fexport
 */
export function exportEvents(
  authorization: string | undefined,
  form: URLSearchParams,
  store: IndexStore,
): { status: number; body: string } {
  if (!/^(Bearer|Splunk) \S+$/.test(authorization ?? ""))
    return { status: 401, body: '{"messages":[{"type":"WARN","text":"call not properly authenticated"}]}' };
  const query = form.get("search") ?? "";
  const index = /\bindex=([\w-]+)/.exec(query)?.[1];
  const text = /"([^"]+)"/.exec(query)?.[1] ?? "";
  const found = store.search({ index }).filter((event) => JSON.stringify(event.event).includes(text));
  const lines = found.map((event, offset) =>
    JSON.stringify({
      preview: false,
      offset,
      result: { index: event.index, source: event.source, _raw: JSON.stringify(event.event) },
    }),
  );
  return { status: 200, body: `${lines.join("\n") || '{"preview":false,"lastrow":true}'}\n` };
}
