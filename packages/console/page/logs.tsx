import type { ComponentChildren } from "preact";
import type { Request } from "../model/happening.ts";
import type { ConsoleState } from "../state/state.ts";
import { duration, timeOfDay } from "./format.ts";
import { Panel, Scroll } from "./panel.tsx";

interface LogProps {
  readonly label: string;
  readonly columns: readonly string[];
  /** Columns that a small screen does without. */
  readonly spare?: readonly string[];
  readonly empty: string;
  readonly rows: readonly ComponentChildren[];
}

export function Log({ label, columns, spare = [], empty, rows }: LogProps) {
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
        columns={["UTC", "status", "service", "request", "took"]}
        spare={["took"]}
        empty="No request has come through the balancer yet."
        rows={requests.map(({ number, at, status, service, host, method, path, rpc, ms }) => (
          <tr key={number} class={status >= 500 ? "bad" : undefined}>
            <td>{timeOfDay(at)}</td>
            <td>{status}</td>
            <td class="short">{service ?? host}</td>
            <td class="wide" title={rpc && `${method} ${path}`}>
              {rpc === undefined ? `${method} ${path}` : <Asked rpc={rpc} />}
            </td>
            <td class="number spare">{duration(ms)}</td>
          </tr>
        ))}
      />
    </Panel>
  );
}

/** Where an MCP client's request goes to is the same for all: what it asks for is not. */
function Asked({ rpc: { method, name } }: { readonly rpc: NonNullable<Request["rpc"]> }) {
  return name === undefined ? (
    <span>{method}</span>
  ) : (
    <>
      <strong>{name}</strong> <span class="facts">{method}</span>
    </>
  );
}

export function CallLog({ calls }: Pick<ConsoleState, "calls">) {
  return (
    <Panel title="AWS API calls">
      <Log
        label="AWS API calls"
        columns={["UTC", "status", "call", "by", "took"]}
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
