import type { Action, ConsoleMode } from "./model/action.ts";
import type { Alarm } from "./model/alarm.ts";
import type { Chats, Silence } from "./model/chat.ts";
import type { Audit, Happening } from "./model/happening.ts";
import type { MapTrouble } from "./model/map.ts";
import type { Secret } from "./model/secret.ts";
import type { Service } from "./model/service.ts";
import type { Span, ToolHistory } from "./model/tool.ts";
import type { Traffic } from "./model/traffic.ts";

/** How the console sees a fleet. Each read throws when it cannot, with a message fit for the page. */
export interface FleetView {
  readonly stage: string;
  /** What brings the map to it. */
  readonly toDeploy: string;
  services(): Promise<readonly Service[]>;
  secrets(): Promise<readonly Secret[]>;
  alarms(): Promise<readonly Alarm[]>;
  chats(): Promise<Chats>;
  /** Request counts; absent if `subscribe` reports each request. */
  traffic?(): Promise<readonly Traffic[]>;
  /** Calls, errors and latency of a service and its tools over time. */
  tools(service: string, span: Span): Promise<ToolHistory>;
  /** Past audit events with all words of the filter, newest first, a hundred at most; absent where none can be searched. */
  findAudits?(filter: string): Promise<readonly Audit[]>;
  /**
   * Calls back for what happens from now on; returns the unsubscribe function. Absent without a feed, as on
   * AWS: the page then has no logs.
   */
  subscribe?(listener: (happening: Happening) => void): () => void;
  /** Milliseconds since the epoch, when a fault injected into Splunk ends; undefined without one. */
  splunkRefusesUntil?(): number | undefined;
  /** Chats that were silenced on purpose. */
  silences?(): readonly Silence[];
  /** Why the map as it was saved last is not what is shown; undefined where it is. */
  mapTrouble?(): MapTrouble | undefined;
}

/** What the console may do to a fleet. */
export interface FleetActions {
  readonly mode: Exclude<ConsoleMode, "read-only">;
  /** Resolves with the outcome, in a sentence. Throws with a message fit for the page. */
  perform(action: Action): Promise<string>;
}
