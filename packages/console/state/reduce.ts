import { patched } from "../difference.ts";
import type { Part } from "../model/event.ts";
import {
  alarmNotices,
  chatNotices,
  deploymentNotices,
  type News,
  secretNotices,
  silenceNotices,
  splunkNotices,
} from "./notices.ts";
import { type ConsoleState, initialState, type Numbered, type StateEvent } from "./state.ts";

/** What the page keeps of each log. */
export const logLength = 100;
const noticeLength = 30;

/** The page's state after an event; the same state where it changes nothing. */
export function reduce(state: ConsoleState, event: StateEvent): ConsoleState {
  switch (event.kind) {
    case "lost":
      return state.connection === "lost" ? state : { ...state, connection: "lost" };
    case "hello": {
      const { stage, mode, happenings } = event;
      const { now, notices } = state;
      return { ...initialState, connection: "live", stage, mode, happenings, now, notices };
    }
    case "tick": {
      const { at: now, traffic = state.traffic, splunkRefusesUntil, silences } = event;
      const news = [
        ...splunkNotices(state.splunkRefusesUntil, splunkRefusesUntil),
        ...silenceNotices(state.silences, silences),
      ];
      return { ...announce(state, news, now), now, traffic, splunkRefusesUntil, silences };
    }
    case "services": {
      const { services } = event;
      return { ...announce(readable(state, "services"), deploymentNotices(state.services, services)), services };
    }
    case "secrets": {
      const { secrets } = event;
      return { ...announce(readable(state, "secrets"), secretNotices(state.secrets, secrets)), secrets };
    }
    case "alarms": {
      const { alarms } = event;
      return { ...announce(readable(state, "alarms"), alarmNotices(state.alarms, alarms)), alarms };
    }
    case "changed-services":
      return reduce(state, {
        kind: "services",
        services: [...(patched(state.services, event.services, ({ key }) => key) ?? [])],
      });
    case "changed-secrets":
      return reduce(state, {
        kind: "secrets",
        secrets: [...(patched(state.secrets, event.secrets, ({ key }) => key) ?? [])],
      });
    case "changed-alarms":
      return reduce(state, {
        kind: "alarms",
        alarms: [...(patched(state.alarms, event.alarms, ({ name }) => name) ?? [])],
      });
    case "chats": {
      const { chats } = event;
      return { ...announce(readable(state, "chats"), chatNotices(state.chats, chats)), chats };
    }
    case "traffic":
      return { ...readable(state, "traffic"), traffic: event.traffic };
    case "unreadable":
      return { ...state, unreadable: { ...state.unreadable, [event.part]: event.reason } };
    case "requests":
      return { ...state, requests: append(state.requests, event.requests) };
    case "audits":
      return { ...state, audits: append(state.audits, event.audits) };
    case "calls":
      return { ...state, calls: append(state.calls, event.calls) };
  }
}

function readable(state: ConsoleState, part: Part): ConsoleState {
  if (state.unreadable[part] === undefined) return state;
  const { [part]: _, ...unreadable } = state.unreadable;
  return { ...state, unreadable };
}

function append<Entry>(log: readonly Numbered<Entry>[], entries: readonly Entry[]): readonly Numbered<Entry>[] {
  const first = (log[0]?.number ?? 0) + 1;
  const added = entries.map((entry, at) => ({ ...entry, number: first + at }));
  return [...added.toReversed(), ...log].slice(0, logLength);
}

function announce(state: ConsoleState, news: readonly News[], at = state.now): ConsoleState {
  if (news.length === 0) return state;
  const first = (state.notices[0]?.id ?? 0) + 1;
  const added = news.map((one, offset) => ({ ...one, id: first + offset, at }));
  return { ...state, notices: [...added.toReversed(), ...state.notices].slice(0, noticeLength) };
}
