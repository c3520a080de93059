import { describe, expect, it } from "vitest";
import type { Alarm } from "#console/model/alarm.ts";
import type { Message } from "#console/model/chat.ts";
import type { MapTrouble } from "#console/model/map.ts";
import type { Secret } from "#console/model/secret.ts";
import type { Deployment, Service, Task } from "#console/model/service.ts";
import { newsBetween } from "#console/state/notices.ts";
import { logLength, reduce } from "#console/state/reduce.ts";
import { type ConsoleState, initialState, type StateEvent } from "#console/state/state.ts";

const stateAfter = (...events: readonly StateEvent[]): ConsoleState => events.reduce(reduce, initialState);
/** What is new by one event after the other, newest first. */
function newsAfter(...events: readonly StateEvent[]): readonly string[] {
  let state = stateAfter(hello, tick(1));
  return events
    .flatMap((event) => {
      const before = state;
      state = reduce(before, event);
      return newsBetween(before, state);
    })
    .map(({ tone, text }) => `${tone}: ${text}`)
    .toReversed();
}

const hello: StateEvent = {
  kind: "hello",
  stage: "local",
  toDeploy: "restart it",
  mode: "actions",
  happenings: true,
  searches: true,
  notices: [],
};
const tick = (at: number, splunkRefusesUntil?: number): StateEvent => ({
  kind: "tick",
  at,
  traffic: [],
  silences: [],
  ...(splunkRefusesUntil === undefined ? {} : { splunkRefusesUntil }),
});

function deployment(id: string, state: Deployment["state"], createdAt: number): Deployment {
  return { id, primary: true, state, reason: "", definition: `echo:${id}`, failedTasks: 0, createdAt };
}
function services(primary: Deployment, tasks: Task[] = []): StateEvent {
  const service: Service = {
    key: "echo",
    url: "https://echo.mcp.localhost:8443",
    hostname: "echo.mcp.localhost",
    status: "active",
    desired: 1,
    running: 1,
    healthy: 1,
    deployments: [primary],
    tasks,
  };
  return { kind: "services", services: [service] };
}
const task = (id: string, fields: Partial<Task> = {}): Task => ({
  id: id.repeat(32),
  phase: "healthy",
  definition: "echo:1",
  generation: "current",
  createdAt: 0,
  ...fields,
});
const stopped = (id: string, ending: Task["ending"], reason: string): Task =>
  task(id, { phase: "stopped", stoppedAt: 5, reason, ...(ending === undefined ? {} : { ending }) });

function secrets(...versions: readonly (readonly [id: string, ...labels: string[]])[]): StateEvent {
  const secret: Secret = {
    key: "splunk",
    name: "/local/mcp/splunk",
    usedBy: ["echo"],
    functions: [],
    status: "present",
    rotation: "configured",
    versions: versions.map(([id, ...labels]) => ({ id, createdAt: 0, labels })),
  };
  return { kind: "secrets", secrets: [secret] };
}
function alarms(state: Alarm["state"]): StateEvent {
  const alarm: Alarm = { name: "local-mcp-echo-errors5xx", subject: "errors5xx", state, reason: "", since: 0 };
  return { kind: "alarms", alarms: [alarm] };
}

function chats(state: "told" | "waits"): StateEvent {
  const message: Message = {
    subject: "task:a",
    group: "echo",
    origin: { kind: "task", id: "a" },
    phase: "notice",
    headline: "A task stopped unexpectedly",
    since: 0,
    at: 0,
    heard: [{ chat: "teams", state }],
  };
  return {
    kind: "chats",
    chats: { chats: [{ name: "teams", receiver: "teams" }], messages: [message], mutes: [], waiting: 1, dead: 0 },
  };
}

describe("the console's state", () => {
  it("is empty at first, and forgets what an earlier connection sent", () => {
    expect(stateAfter(hello)).toMatchObject({ connection: "live", stage: "local", services: undefined });
    const again = stateAfter(hello, services(deployment("1", "completed", 1)), { kind: "lost" }, hello);
    expect(again).toMatchObject({ connection: "live", services: undefined, requests: [] });
  });

  it("keeps what it shows while the connection is lost", () => {
    const state = stateAfter(hello, tick(7), secrets(["a", "AWSCURRENT"]), { kind: "lost" });
    expect(state).toMatchObject({ connection: "lost", now: 7, secrets: [{ key: "splunk" }] });
    expect(reduce(state, { kind: "lost" })).toBe(state);
  });

  it("keeps what was known of a part that cannot be read, with the reason, until it can", () => {
    const unreadable: StateEvent = { kind: "unreadable", part: "alarms", reason: "AccessDenied" };
    const state = stateAfter(hello, alarms("OK"), unreadable);
    expect(state).toMatchObject({ unreadable: { alarms: "AccessDenied" }, alarms: [{ state: "OK" }] });
    expect(reduce(state, alarms("OK")).unreadable).toEqual({});
  });

  it("keeps the newest entries of a log, newest first, each with a number of its own", () => {
    const request = (ms: number) => ({ at: 1, host: "h", method: "GET", path: "/", status: 200, ms });
    const many = Array.from({ length: logLength }, (_, ms) => request(ms));
    const { requests } = stateAfter(
      hello,
      { kind: "requests", requests: many },
      { kind: "requests", requests: [request(500)] },
    );
    expect(requests).toHaveLength(logLength);
    expect(requests.slice(0, 2).map(({ ms }) => ms)).toEqual([500, logLength - 1]);
    expect(new Set(requests.map(({ number }) => number)).size).toBe(logLength);
  });
});

describe("what the console announces", () => {
  it("is nothing of what it finds on arrival", () => {
    const arrival = [services(deployment("1", "in-progress", 1)), secrets(["a", "AWSCURRENT"]), alarms("ALARM")];
    expect(newsAfter(...arrival)).toEqual([]);
  });

  it("is a rollout that begins and ends", () => {
    const steps = [deployment("1", "completed", 1), deployment("2", "in-progress", 2), deployment("2", "completed", 2)];
    expect(newsAfter(...steps.map((step) => services(step)))).toEqual([
      "good: echo: steady on echo:2.",
      "neutral: echo: a rollout of echo:2 began.",
    ]);
  });

  it.each(["rolling-back", "completed"] as const)("is a rollout that went back, seen %s", (state) => {
    const steps = [deployment("2", "in-progress", 2), deployment("1", state, 1)];
    expect(newsAfter(...steps.map((step) => services(step)))).toContain(
      "bad: echo: the rollout failed and is rolled back.",
    );
  });

  it("is a task that failed, once, and not one that a rollout replaced", () => {
    const primary = deployment("1", "completed", 1);
    const alive = [task("a"), task("b")];
    const ended = [stopped("a", "failure", "Essential container in task exited"), stopped("b", "planned", "Scaling")];
    const steps = [alive, ended, ended].map((tasks) => services(primary, tasks));
    expect(newsAfter(...steps)).toEqual(["bad: echo: task aaaaaaaa stopped. Essential container in task exited"]);
  });

  it("is a version that becomes pending, then current", () => {
    const life = [
      secrets(["aaaaaaaaaa", "AWSCURRENT"]),
      secrets(["aaaaaaaaaa", "AWSCURRENT"], ["bbbbbbbbbb", "AWSPENDING"]),
      secrets(["aaaaaaaaaa", "AWSPREVIOUS"], ["bbbbbbbbbb", "AWSCURRENT", "AWSPENDING"]),
    ];
    expect(newsAfter(...life)).toEqual([
      "good: splunk: version bbbbbbbb is current.",
      "neutral: splunk: version bbbbbbbb is pending.",
    ]);
  });

  it("is an alarm and its recovery, and not the first data of one", () => {
    const states = ["INSUFFICIENT_DATA", "OK", "ALARM", "ALARM", "OK"] as const;
    expect(newsAfter(...states.map(alarms))).toEqual([
      "good: local-mcp-echo-errors5xx is OK again.",
      "bad: local-mcp-echo-errors5xx is in alarm.",
    ]);
  });

  it("is a chat that was silenced, and what waited for it once it was posted", () => {
    const silenced = (...chats: readonly string[]): StateEvent => ({
      kind: "tick",
      at: 1,
      silences: chats.map((chat) => ({ chat, until: 9 })),
    });
    const steps = [silenced("teams"), chats("waits"), chats("waits"), silenced(), chats("told"), chats("told")];
    expect(newsAfter(...steps)).toEqual([
      "good: teams got the messages that waited for it.",
      "good: teams answers again.",
      "bad: teams is silent.",
    ]);
  });

  it("is a fault of Splunk and its end", () => {
    expect(newsAfter(tick(1000), tick(2000, 9000), tick(3000, 9000), tick(4000))).toEqual([
      "good: Splunk accepts audit events again.",
      "bad: Splunk refuses every token.",
    ]);
  });

  it("[OPS-2] is a service that the map gained or lost, of many the first", () => {
    const one = services(deployment("1", "completed", 1));
    if (one.kind !== "services") throw new Error("Not the services.");
    const [echo] = one.services;
    if (echo === undefined) throw new Error("No service.");
    const of = (...keys: readonly string[]): StateEvent => ({
      kind: "services",
      services: keys.map((key) => ({ ...echo, key })),
    });
    expect(newsAfter(of("a", "b"), of("b", "c"), of("b", "c", "d", "e", "f", "g", "h"), of("b"))).toEqual([
      "neutral: c, d, e and 3 more services: no longer in the map.",
      "neutral: d, e, f and 2 more services: new in the map.",
      "neutral: a: no longer in the map.",
      "neutral: c: new in the map.",
    ]);
  });

  it("[OPS-2] is a map that is left out, and its end", () => {
    const trouble = (kind?: MapTrouble["kind"], reason = "why"): StateEvent => ({
      kind: "tick",
      at: 1,
      silences: [],
      ...(kind !== undefined && { mapTrouble: { kind, reason } }),
    });
    expect(newsAfter(trouble("refused"), trouble("refused", "why else"), trouble("undeployed"), trouble())).toEqual([
      "good: The map is shown as it was saved again.",
      "bad: The map was saved, and its deploy failed.",
      "bad: The map was saved, and is left out.",
    ]);
  });
});
