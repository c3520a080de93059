import { useEffect, useState } from "preact/hooks";
import type { Audit } from "../model/happening.ts";
import type { ConsoleState } from "../state/state.ts";
import { findAudits } from "./connection.ts";
import { day, secondsLeft, timeOfDay } from "./format.ts";
import { Log } from "./logs.tsx";
import { Panel } from "./panel.tsx";
import type { Perform } from "./perform.ts";

interface AuditsProps {
  readonly state: ConsoleState;
  /** Of one service alone, by its source in Splunk. */
  readonly source?: string | undefined;
  readonly perform: Perform;
}

/** So long nobody types any more. */
const pauseMs = 300;

/** The audit trail as it comes, or what of the past is searched for. */
export function Audits({ state, source, perform }: AuditsProps) {
  const { audits, searches, happenings, now, splunkRefusesUntil: refusesUntil } = state;
  const [filter, setFilter] = useState("");
  const found = useSearch(filter, source, happenings ? audits[0]?.number : undefined);
  const live = audits.filter((audit) => source === undefined || audit.source === source);
  if (!searches && !happenings) return <Elsewhere />;
  return (
    <Panel
      title="Audit events"
      class="audits"
      aside={<SplunkFault now={now} refusesUntil={refusesUntil} perform={perform} />}
      problem={found.problem}
    >
      {searches && (
        <input
          type="search"
          class="filter"
          placeholder="Search: who, tool, outcome"
          aria-label="Search audit events by who, tool or outcome"
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
      )}
      <Log
        label="Audit events"
        columns={["UTC", "who", "what", "outcome"]}
        empty={
          filter === "" && happenings
            ? "No audit event has reached Splunk yet. Log in or call a tool to make one."
            : "No audit event has these words."
        }
        rows={(found.audits ?? live).map((audit, at) => (
          <Row key={"number" in audit ? audit.number : at} audit={audit} now={now} />
        ))}
      />
    </Panel>
  );
}

function Row({ audit: { at, who, action, tool, outcome }, now }: { readonly audit: Audit; readonly now: number }) {
  return (
    <tr class={outcome === "success" || outcome === "–" ? undefined : "warn"}>
      <td>
        {day(at) !== day(now) && `${day(at)} `}
        {timeOfDay(at)}
      </td>
      <td class="short">{who}</td>
      <td class="wide">{tool ?? action}</td>
      <td>{outcome}</td>
    </tr>
  );
}

interface Found {
  /** Undefined while nothing is searched for. */
  readonly audits?: readonly Audit[];
  readonly problem?: string;
}

/** @param newest changes with each event that arrives: what is searched for may be among them */
function useSearch(filter: string, source: string | undefined, newest: number | undefined): Found {
  const [found, setFound] = useState<Found>({});
  const wanted = filter.trim();
  useEffect(() => {
    if (wanted === "" && newest !== undefined) return setFound({});
    const stop = new AbortController();
    const timer = setTimeout(() => {
      findAudits([wanted, source ?? ""].join(" ").trim(), stop.signal).then(
        (audits) => setFound({ audits }),
        (error: Error) => stop.signal.aborted || setFound({ audits: [], problem: error.message }),
      );
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted, source, newest]);
  return found;
}

/** Without a feed of audit events: only Splunk has them, and its search needs a credential of its own. */
function Elsewhere() {
  return (
    <Panel title="Audit events">
      <p class="empty">
        They are in Splunk. To search them here, start the console with <code>SPLUNK_SEARCH_URL</code> and{" "}
        <code>SPLUNK_SEARCH_TOKEN</code>; to see that they arrive, run <code>./fleet audit check</code>.
      </p>
    </Panel>
  );
}

interface SplunkFaultProps {
  readonly now: number;
  readonly refusesUntil: number | undefined;
  readonly perform: Perform;
}

/** One button whose name changes: it keeps the focus. */
function SplunkFault({ now, refusesUntil, perform }: SplunkFaultProps) {
  const refusing = refusesUntil !== undefined;
  return (
    <>
      {refusing && <span class="mark bad">refuses tokens, {secondsLeft(refusesUntil, now)} s left</span>}
      {perform !== undefined && (
        <button type="button" onClick={() => perform({ kind: refusing ? "accept-token" : "refuse-token" })}>
          {refusing ? "Accept tokens" : "Refuse tokens"}
        </button>
      )}
    </>
  );
}
