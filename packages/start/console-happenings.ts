import type { JournalEntry, RequestReport } from "@mcp-fleet/endpoint";
import type { Call, Request } from "#console/model/happening.ts";
import { cut } from "#console/reading/cut.ts";
import type { StagePlan } from "#fleet";

export function requestOf(report: RequestReport, plan: StagePlan, at: number): Request {
  const { method, path, status, duration, rpc } = report;
  const host = report.host.replace(/:\d+$/, "").toLowerCase();
  const service = plan.services.find(({ hostname }) => hostname === host)?.key;
  return {
    at,
    ...(service === undefined ? {} : { service }),
    host: cut(host),
    method: cut(method),
    path: cut(path),
    ...(rpc !== undefined && {
      rpc: { method: cut(rpc.method), ...(rpc.name !== undefined && { name: cut(rpc.name) }) },
    }),
    status,
    ms: duration,
  };
}

export function callOf({ at, service, operation, caller, status, ms, errorCode }: JournalEntry): Call {
  return {
    at,
    service: cut(service),
    operation: cut(operation),
    ...(caller === undefined ? {} : { caller: cut(caller.slice(caller.indexOf("/") + 1)) }),
    status,
    ms,
    ...(errorCode === undefined ? {} : { errorCode: cut(errorCode) }),
  };
}
