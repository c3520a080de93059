import type { Ask } from "../ask.ts";
import type { Patience } from "../poll.ts";
import { type Administrator, SplunkError } from "./token-admin.ts";

export interface AdministrationPorts extends Patience {
  readonly ask: Ask;
}

export interface AdministrationCall {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams;
  /** Statuses that answer the question. */
  readonly allowed: readonly number[];
}

const serves = [200, 201, 202, 404, 409];
/** 424: another change of the stack is in progress; 429: ten calls a minute are too many for some stacks. */
const busy = [424, 429, 500, 502, 503, 504];

/** Requests that make, find, disable or delete a token or two, and watch it: whoever begins has them in hand. */
const beginning = 12;
/** Two are left for proofs, which tell whether a service works at all. */
const ongoing = 3;

/**
 * Calls of an administrator's API, each repeated at the vendor's pace while it is busy, for as long as this invocation
 * may last. Throws `SplunkError`.
 */
export function administration(name: string, { address, token }: Administrator, ports: AdministrationPorts) {
  let needs = beginning;
  return async (method: string, { path, allowed, headers, body }: AdministrationCall) => {
    const init = {
      method,
      headers: { authorization: `Bearer ${token.reveal()}`, ...headers },
      ...(body !== undefined && { body }),
    };
    for (;;) {
      const answer = await ports.ask({ name, address, path, serves, needs }, init, ports.deadline());
      needs = ongoing;
      if (answer.kind === "held") throw new SplunkError(`${name} did not serve ${method}: ${answer.reason}.`);
      if (answer.kind === "unreachable" || busy.includes(answer.status)) continue;
      if (allowed.includes(answer.status)) return answer;
      throw new SplunkError(`${name} answered ${answer.status} to ${method}. ${remedyFor(answer.status)}`);
    }
  };
}

function remedyFor(status: number): string {
  return status === 401 || status === 403
    ? "Set a valid SPLUNK_ADMIN_TOKEN that may edit HEC tokens in the administrator's secret."
    : "Check SPLUNK_ADMIN_URL, and the state of Splunk.";
}
