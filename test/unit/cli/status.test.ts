import { describe, expect, it } from "vitest";
import type { AlarmFacts } from "#cli/alarms/read.ts";
import { statusDocument } from "#cli/status/document.ts";
import type { FleetFacts, SecretStanding } from "#cli/status/fleet.ts";
import type { ProbeFacts } from "#cli/status/probe.ts";
import { showStatus } from "#cli/status/show.ts";
import { findTroubles } from "#cli/status/troubles.ts";
import { terminal } from "../../fixture/terminal.ts";
import { deployment, healthy, plan, task } from "./doctor/examination.ts";

const now = task.createdAt + 600_000;
const settled = { key: "splunk", state: "settled", overdue: undefined } satisfies SecretStanding;
const well = { probe: undefined, mutes: [], services: [healthy], ringing: [], secrets: [settled] };
const ringing: AlarmFacts = {
  name: "prod-mcp-google-workspace-errors5xx",
  arn: "arn:aws:cloudwatch:us-east-1:573946584375:alarm:prod-mcp-google-workspace-errors5xx",
  metric: "HTTPCode_Target_5XX_Count",
  service: "google_workspace",
  kind: "errors5xx",
  state: "ALARM",
  since: now - 240_000,
  reason: "Threshold Crossed",
  threshold: 1,
  basis: undefined,
  wakes: undefined,
  muted: false,
  actions: [],
};
const lines = (facts: object, tasks = false) =>
  showStatus(plan, { ...well, services: [{ ...healthy, ...facts }] }, terminal.paint, { tasks, now });
const text = (...args: Parameters<typeof lines>) => lines(...args).join("\n");
const service = (changed: object) => ({ service: { ...healthy.service, ...changed } });

const rotated = (createdAt: number) => ({
  secrets: [{ ...healthy.secrets[0], versions: [{ id: "0123456789ab", labels: ["AWSCURRENT"], createdAt }] }],
});

describe("fleet status", () => {
  it("begins with the state of the fleet", () => {
    expect(lines({})[0]).toBe("prod  prod-mcp-cluster  us-east-1  all well");
    expect(lines({ targets: [{ id: "10.0.0.1:8000", state: "unhealthy", reason: undefined }] })[0]).toMatch(
      /us-east-1 {2}1 problem$/,
    );
  });

  it.each([
    [
      "no service",
      { service: undefined, tasks: [], targets: [] },
      /none +no targets +not deployed +-\n[\s\S]*a deploy creates it/,
    ],
    [
      "a service at zero",
      { ...service({ desired: 0, running: 0 }), tasks: [], targets: [] },
      /offline +no targets +complete +-$/,
    ],
    [
      "tasks that do not stay",
      service({ running: 0 }),
      /0\/1[\s\S]*0 of 1 tasks run\.\n {2}→ fleet logs google_workspace --since 15m/,
    ],
    [
      "a target that fails its health check",
      {
        targets: [{ id: "10.0.0.1:8000", state: "unhealthy", reason: "Health checks failed with these codes: [502]" }],
      },
      /1 unhealthy[\s\S]*10\.0\.0\.1:8000 is unhealthy: Health checks failed with these codes: \[502\]/,
    ],
    [
      "a deployment that goes on",
      service({ running: 0, deployments: [{ ...deployment, state: "IN_PROGRESS", running: 0, failed: 2 }] }),
      /rolling 0\/1[\s\S]*In the current deployment, 2 tasks have failed so far/,
    ],
    [
      "a deployment that failed",
      service({ deployments: [{ ...deployment, state: "FAILED", reason: "tasks failed to start." }] }),
      /failed[\s\S]*A deployment failed: tasks failed to start\./,
    ],
    ["a task on a secret of before", rotated(now - 240_000), /complete +old since 4 min: splunk/],
  ])("shows %s", (_, facts, wanted) => {
    expect(text(facts)).toMatch(wanted);
    expect(Math.max(...lines(facts, true).map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it("names on a small screen only those that are not well, and counts the others", () => {
    const services = Array.from({ length: 50 }, (_, at) => ({ ...healthy, plan: { ...healthy.plan, key: `s${at}` } }));
    const shown = (facts: FleetFacts) => showStatus(plan, facts, terminal.paint, { tasks: false, now, rows: 30 });
    const small = services.slice(0, 20);
    expect(shown({ ...well, services: small })).toHaveLength(small.length + 3);
    expect(shown({ ...well, services }).slice(1)).toEqual(["", "50 services are well."]);
    const text = shown({ ...well, services, ringing: [{ ...ringing, service: "s7" }] }).join("\n");
    expect(text).toMatch(/^SERVICE .*\ns7 .*\n49 services are well\.\n\ns7\n {2}errors5xx has been in alarm/m);
  });

  it("shows with --tasks which version of a secret each task runs on", () => {
    expect(text(rotated(task.createdAt - 1), true)).toMatch(
      /^a +google_workspace +running +\S+ \w+ +splunk 01234567 current$/m,
    );
    expect(text(rotated(now - 240_000), true)).toMatch(/splunk old since 4 min$/m);
    expect(text({ tasks: [] }, true)).toContain("No tasks are running.");
  });

  const standing = { state: "up", since: now - 240_000 } as const;
  const probe: ProbeFacts = {
    lastRound: now - 30_000,
    everyMinutes: 1,
    standings: new Map([["google_workspace", standing]]),
  };
  const probed = { ...healthy, plan: { ...healthy.plan, probe: { kind: "set", wakes: true } } } as const;
  const withProbe = (changes: Partial<ProbeFacts>) =>
    findTroubles({ ...well, services: [probed], probe: { ...probe, ...changes } }, now).flatMap(({ lines }) => lines);

  it("[REL-3] [REL-5] is well only where the last probe got through, and is recent", () => {
    expect(withProbe({})).toEqual([]);
    const down = { ...standing, state: "down", reason: "answers 500 to initialize" } as const;
    expect(withProbe({ standings: new Map([["google_workspace", down]]) })[0]).toBe(
      "No MCP client has got through for 4 min: it answers 500 to initialize.",
    );
    expect(withProbe({ standings: new Map() })[0]).toBe("No probe has asked it yet.");
    expect(withProbe({ lastRound: now - 600_000 })[0]).toBe(
      "It last asked the services 10 min ago, and should each 1 min.",
    );
    expect(withProbe({ lastRound: undefined })[0]).toMatch(/^It has not asked any service yet/);
    const login = { ...standing, state: "login" } as const;
    expect(withProbe({ standings: new Map([["google_workspace", login]]) })).toEqual([]);
  });

  it("says what to do if the map has no service for the stage", () => {
    expect(showStatus(plan, { ...well, services: [] }, terminal.paint, { tasks: false, now })).toEqual([
      "Stage prod has no services. Add one under `services` in fleet.config.ts, then deploy.",
    ]);
  });

  it.each<[string, object, RegExp]>([
    [
      "an alarm of a service",
      { ringing: [ringing] },
      /1 problem\n[\s\S]*google_workspace\n {2}errors5xx has been in alarm for 4 min: Threshold Crossed\n {2}→ fleet logs/,
    ],
    [
      "an alarm that somebody muted",
      { ringing: [{ ...ringing, muted: true }] },
      /errors5xx has been in alarm for 4 min, muted: Threshold Crossed/,
    ],
    [
      "an alarm of no service",
      { ringing: [{ ...ringing, name: "prod-mcp-chat-undelivered", service: undefined, kind: undefined, reason: "" }] },
      /fleet\n {2}prod-mcp-chat-undelivered has been in alarm for 4 min: CloudWatch gives no\s+reason/,
    ],
    [
      "a secret that needs a person",
      { secrets: [{ ...settled, state: "stuck" }] },
      /secret splunk\n {2}It needs a person/,
    ],
    ["a secret without a value", { secrets: [{ ...settled, state: "no value" }] }, /→ fleet secrets set splunk/],
    ["a secret that was not deployed", { secrets: [{ ...settled, state: "missing" }] }, /a deploy creates it/],
    [
      "a rotation that is overdue",
      { secrets: [{ ...settled, overdue: { kind: "due", forMs: 3 * 86_400_000 } }] },
      /due 3 d\w* ago\.\n {2}→ fleet secrets rotate splunk --wait/,
    ],
    [
      "a rotation that is off",
      { secrets: [{ ...settled, overdue: { kind: "off", everyDays: 30 } }] },
      /rotates it every 30 days, but its rotation is off/,
    ],
  ])("[REL-5] is not well with %s", (_, facts, wanted) => {
    const shown = showStatus(plan, { ...well, ...facts }, terminal.paint, { tasks: false, now });
    expect(shown.join("\n")).toMatch(wanted);
    expect(Math.max(...shown.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it("[CHAT-5] is well while something is muted, and says until when, by whom and why", () => {
    const mute = { target: "wiki", reason: "moving the database", by: "alice", since: now, until: now + 3_600_000 };
    const shown = showStatus(plan, { ...well, mutes: [mute] }, terminal.paint, { tasks: false, now }).join("\n");
    expect(shown).toMatch(
      /all well[\s\S]*wiki is muted until (?:[\d-]+ )?\d\d:\d\d UTC by alice: moving the database$/,
    );
    expect(statusDocument(plan, { ...well, mutes: [mute] }, now).mutes).toMatchObject([{ by: "alice" }]);
  });

  it("[REL-5] is well while values move to their services", () => {
    const moving = (["rotating", "rolling"] as const).map((state) => ({ ...settled, state }));
    expect(findTroubles({ ...well, secrets: moving }, now)).toEqual([]);
  });

  it("[REL-5] shows the worst first", () => {
    const down = { ...healthy, plan: { ...healthy.plan, key: "down" }, ...service({ running: 0 }) };
    const facts = {
      ...well,
      services: [healthy, down],
      ringing: [ringing],
      secrets: [
        { ...settled, overdue: { kind: "due", forMs: 1 } as const },
        { ...settled, state: "stuck" as const },
      ],
    };
    expect(findTroubles(facts, now).map(({ severity, subject }) => [severity, subject])).toEqual([
      ["down", "down"],
      ["failing", "google_workspace"],
      ["failing", "secret splunk"],
      ["overdue", "secret splunk"],
    ]);
  });
});
