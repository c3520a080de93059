import { differenceOf } from "./difference.ts";
import type { ConsoleMode } from "./model/action.ts";
import type { ConsoleEvent, Part } from "./model/event.ts";
import type { Audit, Call, Happening, Request } from "./model/happening.ts";
import { reasonLength } from "./model/map.ts";
import { cut } from "./reading/cut.ts";
import { newsBetween } from "./state/notices.ts";
import { reduce } from "./state/reduce.ts";
import { type ConsoleState, initialState } from "./state/state.ts";
import { TrafficWindow } from "./traffic-window.ts";
import type { FleetView } from "./view.ts";

const logLength = 100;

export interface FeedOptions {
  readonly mode: ConsoleMode;
  /** Milliseconds between two readings of the fleet, whose size may change. */
  readonly intervalMs: () => number;
}

/** Follows the fleet while somebody watches, and sends every watcher the same events. */
export interface Feed {
  /** Calls back with everything known so far, then with every change; returns the function that ends it. */
  watch(listener: (event: ConsoleEvent) => void): () => void;
  /** Reads the fleet immediately, after an action on it. */
  hurry(): void;
  close(): void;
}

export function createFeed(view: FleetView, { mode, intervalMs }: FeedOptions): Feed {
  const watchers = new Set<(event: ConsoleEvent) => void>();
  const traffic = new TrafficWindow();
  const logs = { requests: createLog<Request>(), audits: createLog<Audit>(), calls: createLog<Call>() };
  const parts = new Map<Part, { readonly text: string; readonly event: ConsoleEvent }>();
  let ticking: NodeJS.Timeout | undefined;
  let reading: NodeJS.Timeout | undefined;
  let busy = false;
  let again = false;

  /** As the page has it, for what changed: that outlives every page. */
  let state: ConsoleState = initialState;

  const send = (event: ConsoleEvent) => {
    for (const watcher of watchers) watcher(event);
  };

  /** To every watcher, and behind it what is new by it. */
  const emit = (event: ConsoleEvent) => {
    const before = state;
    state = reduce(before, event);
    send(event);
    const first = (state.notices[0]?.id ?? 0) + 1;
    const at = state.now;
    const notices = newsBetween(before, state).map((news, offset) => ({ ...news, id: first + offset, at }));
    if (notices.length > 0) emit({ kind: "notices", notices });
  };

  const unsubscribe = view.subscribe?.((happening: Happening) => {
    switch (happening.kind) {
      case "request":
        traffic.record(happening.request);
        return logs.requests.add(happening.request);
      case "audit":
        return logs.audits.add(happening.audit);
      case "call":
        return logs.calls.add(happening.call);
    }
  });

  const tickOf = (): ConsoleEvent => {
    const at = Date.now();
    const splunkRefusesUntil = view.splunkRefusesUntil?.();
    const trouble = view.mapTrouble?.();
    return {
      kind: "tick",
      at,
      ...(view.subscribe === undefined ? {} : { traffic: [...traffic.read(at)] }),
      ...(splunkRefusesUntil === undefined ? {} : { splunkRefusesUntil }),
      silences: [...(view.silences?.() ?? [])],
      ...(trouble !== undefined && { mapTrouble: { ...trouble, reason: cut(trouble.reason, reasonLength) } }),
    };
  };

  const flush = () => {
    const [requests, audits, calls] = [logs.requests.take(), logs.audits.take(), logs.calls.take()];
    if (requests.length > 0) send({ kind: "requests", requests });
    if (audits.length > 0) send({ kind: "audits", audits });
    if (calls.length > 0) send({ kind: "calls", calls });
  };

  async function read(part: Part, ask: () => Promise<ConsoleEvent>): Promise<void> {
    const event = await ask().catch((error: unknown): ConsoleEvent => {
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: "unreadable", part, reason };
    });
    const text = JSON.stringify(event);
    const before = parts.get(part);
    if (before?.text === text) return;
    parts.set(part, { text, event });
    emit(differenceOf(before?.event, event));
  }

  const counted = view.traffic?.bind(view);
  async function readAll(): Promise<void> {
    await Promise.all([
      read("services", async () => ({ kind: "services", services: [...(await view.services())] })),
      read("secrets", async () => ({ kind: "secrets", secrets: [...(await view.secrets())] })),
      read("alarms", async () => ({ kind: "alarms", alarms: [...(await view.alarms())] })),
      read("chats", async () => ({ kind: "chats", chats: await view.chats() })),
      ...(counted === undefined
        ? []
        : [read("traffic", async () => ({ kind: "traffic", traffic: [...(await counted())] }))]),
    ]);
  }

  async function follow(): Promise<void> {
    clearTimeout(reading);
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    await readAll();
    busy = false;
    const delay = again ? 0 : intervalMs();
    again = false;
    if (watchers.size > 0) reading = setTimeout(follow, delay);
  }

  const start = () => {
    ticking = setInterval(() => {
      flush();
      emit(tickOf());
    }, 1000);
    void follow();
  };

  const stop = () => {
    clearInterval(ticking);
    clearTimeout(reading);
  };

  return {
    watch(listener) {
      flush();
      emit(tickOf());
      const [happenings, searches] = [view.subscribe !== undefined, view.findAudits !== undefined];
      const { stage, toDeploy } = view;
      listener({ kind: "hello", stage, toDeploy, mode, happenings, searches, notices: [...state.notices] });
      listener(tickOf());
      for (const { event } of parts.values()) listener(event);
      listener({ kind: "requests", requests: [...logs.requests.kept()] });
      listener({ kind: "audits", audits: [...logs.audits.kept()] });
      listener({ kind: "calls", calls: [...logs.calls.kept()] });
      watchers.add(listener);
      if (watchers.size === 1) start();
      return () => {
        if (watchers.delete(listener) && watchers.size === 0) stop();
      };
    },
    hurry() {
      if (watchers.size === 0) return;
      emit(tickOf());
      void follow();
    },
    close() {
      stop();
      watchers.clear();
      unsubscribe?.();
    },
  };
}

/** The newest entries, and those of them that were not sent yet. */
function createLog<Entry>() {
  let kept: readonly Entry[] = [];
  let fresh: Entry[] = [];
  return {
    add(entry: Entry): void {
      if (fresh.push(entry) > 2 * logLength) fresh = fresh.slice(-logLength);
    },
    take(): Entry[] {
      const taken = fresh.slice(-logLength);
      fresh = [];
      kept = [...kept, ...taken].slice(-logLength);
      return taken;
    },
    kept: () => kept,
  };
}
