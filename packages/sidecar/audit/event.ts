/** Who did it. Names and ids; never a token, an argument's value or a result. */
interface Actor {
  /** Groups the events of one login, in order. Not a credential. */
  readonly session?: string | undefined;
  readonly user?: { readonly id: string; readonly email?: string | undefined } | undefined;
  readonly client?: { readonly id: string; readonly name?: string | undefined } | undefined;
}

export interface LoginEvent extends Actor {
  readonly action: "login" | "logout";
  readonly outcome: "success" | "denied" | "failed";
  /** OAuth's error code, or `refresh_token_reused`: a token was stolen, and the login was ended. */
  readonly reason?: string | undefined;
}

export interface ToolCallEvent extends Actor {
  readonly action: "tool_call";
  /** The tool's name; `unknown` for one this server does not have, since a made-up name is content. */
  readonly tool: string;
  /**
   * `error`: the tool reported one. `rejected`: it never ran, by JSON-RPC's own codes. `aborted`: the client left before the answer. `asked`: the
   * tool asked its user something first, and runs again with the answer. `failed`: the server behind the sidecar did not
   * answer.
   */
  readonly outcome: "success" | "error" | "rejected" | "aborted" | "asked" | "failed";
  readonly duration_ms: number;
  /** Names that the tool's schema has, and no others: a name the client made up is content. */
  readonly argument_names: readonly string[];
  readonly request_id: string;
}

/** What happened. The audit client adds when, where and an id. */
export type AuditEvent = LoginEvent | ToolCallEvent;

export interface Envelope {
  /** Of the server. */
  readonly service: string;
  readonly host: string;
  readonly index: string;
  readonly source: string;
  readonly sourcetype: string;
}

/**
 * One line of HEC's event format, https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector
 * @param atMs milliseconds since the epoch; HEC takes seconds
 * @param sequence counts this process's events: with `id`, it finds duplicates and gaps
 */
export function toLine(event: object, id: string, sequence: number, atMs: number, envelope: Envelope): string {
  const { service, ...rest } = envelope;
  return JSON.stringify({ time: atMs / 1000, ...rest, event: { id, sequence, service, ...event } });
}
