import { patched } from "../difference.ts";
import type { Part } from "../model/event.ts";
import { type ConsoleState, initialState, type Numbered, type StateEvent } from "./state.ts";

/** What the page keeps of each log. */
export const logLength = 100;
export const noticeLength = 100;

/** The page's state after an event; the same state where it changes nothing. */
export function reduce(state: ConsoleState, event: StateEvent): ConsoleState {
  switch (event.kind) {
    case "lost":
      return state.connection === "lost" ? state : { ...state, connection: "lost" };
    case "hello": {
      const { stage, toDeploy, mode, happenings, searches, notices } = event;
      const { now } = state;
      return { ...initialState, connection: "live", stage, toDeploy, mode, happenings, searches, now, notices };
    }
    case "tick": {
      const { at: now, traffic = state.traffic, splunkRefusesUntil, silences, mapTrouble } = event;
      return { ...state, now, traffic, splunkRefusesUntil, silences, mapTrouble };
    }
    case "services":
      return { ...readable(state, "services"), services: event.services };
    case "secrets":
      return { ...readable(state, "secrets"), secrets: event.secrets };
    case "alarms":
      return { ...readable(state, "alarms"), alarms: event.alarms };
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
    case "chats":
      return { ...readable(state, "chats"), chats: event.chats };
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
    case "notices":
      return { ...state, notices: [...event.notices.toReversed(), ...state.notices].slice(0, noticeLength) };
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
