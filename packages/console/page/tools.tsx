import { useEffect, useMemo, useState } from "preact/hooks";
import * as v from "valibot";
import { type Course, type Mark, type Span, span as spanSchema, spans, type ToolHistory } from "../model/tool.ts";
import { marksSince } from "../state/marks.ts";
import type { ConsoleState } from "../state/state.ts";
import { Chart, styleOf } from "./chart.tsx";
import { readTools } from "./connection.ts";
import { day, duration, timeOfDay } from "./format.ts";
import { Panel, Scroll } from "./panel.tsx";

const words: Readonly<Record<Span, string>> = {
  "5min": "5 minutes",
  "1h": "hour",
  "6h": "6 hours",
  "1d": "day",
  "1w": "week",
  "2w": "2 weeks",
};

/** The server reads anew as seldom as there is something new. */
const askEveryMs = 5_000;

interface ToolsProps {
  readonly state: ConsoleState;
  readonly serviceKey: string;
}

/** What a service was asked: calls, errors and latency of its tools, and what changed meanwhile. */
export function Tools({ state: { secrets }, serviceKey }: ToolsProps) {
  const [span, setSpan] = useState<Span>("1h");
  const { history, problem } = useHistory(serviceKey, span);
  const marks = useMemo(
    () => (history === undefined ? [] : marksSince(history.times[0] ?? 0, history.marks, secrets ?? [])),
    [history, secrets],
  );
  return (
    <Panel
      id="tools"
      title="Tools and requests"
      class="tools"
      problem={problem}
      aside={<SpanChoice span={span} onChoose={setSpan} />}
    >
      {history === undefined ? (
        problem === undefined && <p class="empty">Reading the metrics…</p>
      ) : (
        <History history={history} marks={marks} span={span} />
      )}
    </Panel>
  );
}

interface Read {
  readonly history?: ToolHistory;
  readonly problem?: string;
}

function useHistory(service: string, span: Span): Read {
  const [read, setRead] = useState<Read>({});
  useEffect(() => {
    const stop = new AbortController();
    let text = "";
    const ask = async () => {
      try {
        const history = await readTools(service, span, stop.signal);
        const next = JSON.stringify(history);
        // Charts are drawn anew when there is something new alone.
        if (next !== text) setRead({ history });
        text = next;
      } catch (error) {
        text = "";
        if (!stop.signal.aborted) setRead({ problem: error instanceof Error ? error.message : String(error) });
      }
    };
    setRead({});
    void ask();
    const timer = setInterval(ask, askEveryMs);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [service, span]);
  return read;
}

function SpanChoice({ span, onChoose }: { readonly span: Span; readonly onChoose: (span: Span) => void }) {
  return (
    <select
      class="spans"
      aria-label="How far back"
      value={span}
      onChange={({ currentTarget }) => {
        const chosen = v.safeParse(spanSchema, currentTarget.value);
        if (chosen.success) onChoose(chosen.output);
      }}
    >
      {spanSchema.options.map((one) => (
        <option key={one} value={one}>
          last {words[one]}
        </option>
      ))}
    </select>
  );
}

interface HistoryProps {
  readonly history: ToolHistory;
  readonly marks: readonly Mark[];
  readonly span: Span;
}

function History({ history: { times, requests, tools, more }, marks, span }: HistoryProps) {
  const courses = useMemo(() => (tools.length > 0 || requests === undefined ? tools : [requests]), [tools, requests]);
  const lines = useMemo(
    () => ({
      calls: courses.map(({ name, calls }) => ({ name, values: calls })),
      errors: courses.map(({ name, errors }) => ({ name, values: errors })),
      p95: courses.map(({ name, p95 }) => ({ name, values: p95 })),
    }),
    [courses],
  );
  const shared = { times, marks };
  const per = periodOf(spans[span].period);
  return (
    <>
      <div class="charts">
        <Chart {...shared} title={`Calls ${per}`} lines={lines.calls} format={count} />
        <Chart {...shared} title={`Errors ${per}`} lines={lines.errors} format={count} />
        <Chart {...shared} title="Latency, 95 of 100 within" lines={lines.p95} format={duration} />
      </div>
      {marks.length > 0 && (
        <Scroll label="Marks, newest first">
          <ul class="marks" aria-label="What changed, as marked in the charts">
            {marks.toReversed().map(({ at, kind, text }) => (
              <li key={`${at} ${text}`} class={`of-${kind}`}>
                <time>
                  {day(at)} {timeOfDay(at)}
                </time>{" "}
                {text}
              </li>
            ))}
          </ul>
        </Scroll>
      )}
      <Totals courses={courses} rest={requests !== undefined && tools.length > 0 ? requests : undefined} />
      {more > 0 && <p class="empty">and {more} more tools, each called less often.</p>}
      {tools.length === 0 && (
        <p class="empty">
          No tool is named: none was called in this time, or the server does not report its tools. One made from the
          starter does with <code>toolMetrics: true</code>, any other behind a <code>sidecar</code>: fields of its entry
          in fleet.config.ts.
        </p>
      )}
    </>
  );
}

interface TotalsProps {
  readonly courses: readonly Course[];
  /** Beside the tools, without a line in the charts. */
  readonly rest: Course | undefined;
}

function Totals({ courses, rest }: TotalsProps) {
  return (
    <Scroll label="Tools, the most called first">
      <table>
        <thead>
          <tr>
            {["tool", "calls", "errors", "slowest p95"].map((column, at) => (
              <th key={column} scope="col" class={at === 0 ? undefined : "number"}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {courses.map((course, at) => (
            <Total key={course.name} course={course} line={at} />
          ))}
          {rest !== undefined && <Total course={rest} line={undefined} />}
        </tbody>
      </table>
    </Scroll>
  );
}

function Total({ course, line }: { readonly course: Course; readonly line: number | undefined }) {
  const { name, calls, errors, p95 } = course;
  const [called, failed] = [sum(calls), sum(errors)];
  const slowest = Math.max(...p95.map((ms) => ms ?? 0));
  return (
    <tr class={failed > 0 ? "bad" : undefined}>
      <td class="wide">
        {line !== undefined && <Swatch line={line} />} {name}
      </td>
      <td class="number">{count(called)}</td>
      <td class="number">
        {count(failed)}
        {failed > 0 && ` (${((100 * failed) / called).toFixed(1)} %)`}
      </td>
      <td class="number">{slowest === 0 ? "–" : duration(slowest)}</td>
    </tr>
  );
}

/** How its line looks in the charts. */
function Swatch({ line }: { readonly line: number }) {
  const { colour, pattern } = styleOf(line);
  return (
    <svg class={`swatch ${colour.slice(2)}`} viewBox="0 0 18 8" aria-hidden="true">
      <line x1="0" y1="4" x2="18" y2="4" stroke-dasharray={pattern.join(" ")} />
    </svg>
  );
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 1, notation: "compact" });
const count = (value: number) => numbers.format(value);

function periodOf(seconds: number): string {
  if (seconds === 60) return "a minute";
  return seconds < 3_600 ? `in ${seconds / 60} minutes` : seconds === 3_600 ? "an hour" : `in ${seconds / 3_600} hours`;
}
