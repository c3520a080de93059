import type { ConsoleMode } from "../model/action.ts";
import type { Alarm } from "../model/alarm.ts";
import type { Chats, Silence } from "../model/chat.ts";
import type { ConsoleEvent, Part } from "../model/event.ts";
import type { Audit, Call, Request } from "../model/happening.ts";
import type { MapTrouble } from "../model/map.ts";
import type { Notice } from "../model/notice.ts";
import type { Secret } from "../model/secret.ts";
import type { Service } from "../model/service.ts";
import type { Traffic } from "../model/traffic.ts";

/** An entry of a log, with a number of its own: two entries may be alike. */
export type Numbered<Entry> = Entry & { readonly number: number };

export interface ConsoleState {
  readonly connection: "connecting" | "live" | "lost";
  readonly stage: string;
  /** What brings the map to it. */
  readonly toDeploy: string;
  readonly mode: ConsoleMode;
  /** Whether requests, audit events and API calls are sent. */
  readonly happenings: boolean;
  /** Whether past audit events can be searched. */
  readonly searches: boolean;
  /** The server's time at its last tick, milliseconds since the epoch. */
  readonly now: number;
  /** `undefined` until first received, as the four below. */
  readonly services: readonly Service[] | undefined;
  readonly secrets: readonly Secret[] | undefined;
  readonly alarms: readonly Alarm[] | undefined;
  readonly chats: Chats | undefined;
  readonly traffic: readonly Traffic[] | undefined;
  /** Why a part could not be read at the last attempt. */
  readonly unreadable: Readonly<Partial<Record<Part, string>>>;
  readonly splunkRefusesUntil: number | undefined;
  readonly silences: readonly Silence[];
  /** Why the map as it was saved last is not what is shown. */
  readonly mapTrouble: MapTrouble | undefined;
  /** Newest first, as all below. */
  readonly requests: readonly Numbered<Request>[];
  readonly audits: readonly Numbered<Audit>[];
  readonly calls: readonly Numbered<Call>[];
  readonly notices: readonly Notice[];
}

/** `lost` is the page's own: the connection to the server broke. */
export type StateEvent = ConsoleEvent | { readonly kind: "lost" };

export const initialState: ConsoleState = {
  connection: "connecting",
  stage: "",
  toDeploy: "",
  mode: "read-only",
  happenings: false,
  searches: false,
  now: 0,
  services: undefined,
  secrets: undefined,
  alarms: undefined,
  chats: undefined,
  traffic: undefined,
  unreadable: {},
  splunkRefusesUntil: undefined,
  silences: [],
  mapTrouble: undefined,
  requests: [],
  audits: [],
  calls: [],
  notices: [],
};
