import type { IndexStore } from "./search.ts";

/** Splunk's search over REST, as far as a check of the audit trail asks: terms of an index, as lines of JSON. */
export const exportPath = "/services/search/v2/jobs/export";

/**
 * Answers `search index=<name> "<text>" … | head <n>`: the newest events that hold each text, as `{preview, offset, result}`.
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
  const texts = [...query.matchAll(/"([^"]+)"/g)].map(([, text = ""]) => text.toLowerCase());
  const most = Number(/\| head (\d+)/.exec(query)?.[1] ?? Number.POSITIVE_INFINITY);
  const found = store
    .search({ index })
    .toReversed()
    .filter((event) => {
      const raw = JSON.stringify(event.event).toLowerCase();
      return texts.every((text) => raw.includes(text));
    })
    .slice(0, most);
  const lines = found.map((event, offset) =>
    JSON.stringify({
      preview: false,
      offset,
      result: {
        _time: new Date(event.time * 1000).toISOString(),
        index: event.index,
        source: event.source,
        _raw: JSON.stringify(event.event),
      },
    }),
  );
  return { status: 200, body: `${lines.join("\n") || '{"preview":false,"lastrow":true}'}\n` };
}
