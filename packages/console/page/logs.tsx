import type { ComponentChildren } from "preact";
import type { ConsoleState } from "../state/state.ts";
import { duration, secondsLeft, timeOfDay } from "./format.ts";
import { Panel, Scroll } from "./panel.tsx";
import type { Perform } from "./perform.ts";

interface LogProps {
  readonly label: string;
  readonly columns: readonly string[];
  /** Columns that a small screen does without. */
  readonly spare?: readonly string[];
  readonly empty: string;
  readonly rows: readonly ComponentChildren[];
}

function Log({ label, columns, spare = [], empty, rows }: LogProps) {
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  return (
    <Scroll label={`${label}, newest first`}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" class={spare.includes(column) ? "spare" : undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{rows}</tbody>
      </table>
    </Scroll>
  );
}

export function RequestLog({ requests }: Pick<ConsoleState, "requests">) {
  return (
    <Panel title="Requests" class="requests">
      <Log
        label="Requests"
        columns={["time", "status", "service", "request", "took"]}
        spare={["took"]}
        empty="No request has come through the balancer yet."
        rows={requests.map(({ number, at, status, service, host, method, path, ms }) => (
          <tr key={number} class={status >= 500 ? "bad" : undefined}>
            <td>{timeOfDay(at)}</td>
            <td>{status}</td>
            <td class="short">{service ?? host}</td>
            <td class="wide">
              {method} {path}
            </td>
            <td class="number spare">{duration(ms)}</td>
          </tr>
        ))}
      />
    </Panel>
  );
}

interface AuditLogProps extends Pick<ConsoleState, "audits" | "now"> {
  readonly refusesUntil: number | undefined;
  readonly perform: Perform;
}

export function AuditLog({ audits, now, refusesUntil, perform }: AuditLogProps) {
  return (
    <Panel title="Audit events" aside={<SplunkFault now={now} refusesUntil={refusesUntil} perform={perform} />}>
      <Log
        label="Audit events"
        columns={["time", "who", "what", "outcome"]}
        empty="No audit event has reached Splunk yet. Log in or call a tool to make one."
        rows={audits.map(({ number, at, who, action, tool, outcome }) => (
          <tr key={number} class={outcome === "success" || outcome === "–" ? undefined : "warn"}>
            <td>{timeOfDay(at)}</td>
            <td class="short">{who}</td>
            <td class="wide">{tool ?? action}</td>
            <td>{outcome}</td>
          </tr>
        ))}
      />
    </Panel>
  );
}

/** Without a feed of audit events: only Splunk has them, and its search needs a credential of its own. */
export function AuditElsewhere() {
  return (
    <Panel title="Audit events">
      <p class="empty">
        They are in Splunk, and searching it needs a credential that the console does not have. To see that they arrive,
        run <code>./fleet audit check</code>.
      </p>
    </Panel>
  );
}

/** One button whose name changes: it keeps the focus. */
function SplunkFault({ now, refusesUntil, perform }: Omit<AuditLogProps, "audits">) {
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

export function CallLog({ calls }: Pick<ConsoleState, "calls">) {
  return (
    <Panel title="AWS API calls">
      <Log
        label="AWS API calls"
        columns={["time", "status", "call", "by", "took"]}
        spare={["by", "took"]}
        empty="No call to the AWS API yet."
        rows={calls.map(({ number, at, service, operation, status, errorCode, caller, ms }) => (
          <tr key={number} class={status >= 400 ? "bad" : undefined}>
            <td>{timeOfDay(at)}</td>
            <td>{status}</td>
            <td class="wide">
              {service} {operation}
              {errorCode !== undefined && <span class="reason"> {errorCode}</span>}
            </td>
            <td class="short spare">{caller ?? "unsigned"}</td>
            <td class="number spare">{duration(ms)}</td>
          </tr>
        ))}
      />
    </Panel>
  );
}
