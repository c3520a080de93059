import { describe, expect, it } from "vitest";
import { differenceOf } from "#console/difference.ts";
import type { Service } from "#console/model/service.ts";
import {
  arrange,
  attentions,
  matches,
  rank,
  secretAttention,
  serviceAttention,
  verdictOn,
} from "#console/state/attention.ts";
import { reduce } from "#console/state/reduce.ts";
import { initialState } from "#console/state/state.ts";

const service = (key: string, more: Partial<Service> = {}): Service => ({
  key,
  url: `https://${key}.example.com`,
  hostname: `${key}.example.com`,
  status: "active",
  desired: 2,
  running: 2,
  healthy: 2,
  deployments: [],
  tasks: [],
  ...more,
});
const rolling = (state: "in-progress" | "completed") => ({
  id: "d",
  primary: true,
  state,
  reason: "",
  definition: "a:1",
  failedTasks: 0,
  createdAt: 0,
});

describe("[OPS-1] what needs a person first", () => {
  it.each([
    ["no task is healthy", service("a", { healthy: 0 }), false, "down"],
    ["it failed to start", service("a", { healthy: 0, failure: "exit code 1" }), false, "down"],
    ["a release failed and the old one serves", service("a", { failure: "exit code 1" }), false, "failing"],
    ["an alarm rings while it looks well", service("a"), true, "failing"],
    ["a task is missing", service("a", { healthy: 1 }), false, "failing"],
    ["no MCP client gets through", service("a", { unreachable: "answers 500" }), false, "failing"],
    [
      "a task is missing while it rolls",
      service("a", { healthy: 1, deployments: [rolling("in-progress")] }),
      false,
      "changing",
    ],
    ["it is taken offline", service("a", { desired: 0, healthy: 0 }), false, "off"],
    ["nothing is wrong", service("a", { deployments: [rolling("completed")] }), false, "well"],
  ] as const)("%s", (_, one, firing, wanted) => {
    expect(serviceAttention(one, firing)).toBe(wanted);
  });

  it("is a secret that is gone or overdue", () => {
    const secret = {
      key: "s",
      name: "/s",
      usedBy: [],
      status: "present",
      rotation: "configured",
      versions: [],
    } as const;
    const of = (more: object) =>
      secretAttention({ ...secret, usedBy: [], functions: [], versions: [], ...more }, 1_000);
    expect([of({ status: "deleted" }), of({ nextRotationAt: 999 }), of({ nextRotationAt: 1_001 })]).toEqual([
      "down",
      "failing",
      "well",
    ]);
  });

  it("[REL-5] is counted as fleet status counts, and nobody says that all is well of what is not known", () => {
    const alarm = { name: "x", subject: "x", state: "ALARM", reason: "", since: 0 } as const;
    const known = { ...initialState, services: [service("a"), service("b")], alarms: [], secrets: [] };
    expect(verdictOn(known)).toEqual({ problems: 0, rolling: 0 });
    expect(verdictOn({ ...known, alarms: [alarm, alarm, { ...alarm, service: "b" }] })?.problems).toBe(2);
    const rolls = service("a", { deployments: [rolling("in-progress")] });
    expect(verdictOn({ ...known, services: [rolls, service("b", { healthy: 0 })] })).toEqual({
      problems: 1,
      rolling: 1,
    });
    const absent = service("b", { status: "absent", desired: 0, healthy: 0 });
    expect(verdictOn({ ...known, services: [service("a"), absent] })?.problems).toBe(1);
    expect(verdictOn({ ...known, services: [absent] })?.problems).toBe(0);
    expect(verdictOn({ ...known, unreadable: { alarms: "denied" } })).toBeUndefined();
    expect(verdictOn({ ...known, secrets: undefined })).toBeUndefined();
  });

  it("is not a service that was taken offline: of many, those are one line", () => {
    const offline = Array.from({ length: 20 }, (_, at) => service(`off-${at}`, { desired: 0, healthy: 0 }));
    const gone = service("gone", { status: "absent", desired: 0, healthy: 0 });
    const of = arrange({ ...initialState, services: [...offline, service("a"), gone] }, "");
    expect(of.cards.map(({ key }) => key)).toEqual(["gone"]);
    expect([of.rows.length, of.well.length, of.offline.length]).toEqual([0, 1, 20]);
    expect(arrange({ ...initialState, services: offline }, "off-1").rows).toHaveLength(11);
  });

  it("is on top of few, of which one that rolls stays in its place", () => {
    const rolls = service("b", { deployments: [rolling("in-progress")] });
    const { cards } = arrange({ ...initialState, services: [service("a"), rolls, service("c", { healthy: 0 })] }, "");
    expect(cards.map(({ key }) => key)).toEqual(["c", "a", "b"]);
  });

  it("keeps the order of the map among equals", () => {
    const all = [service("b"), service("a"), service("c", { healthy: 0 })];
    const ranked = rank(all, (one) => serviceAttention(one, false));
    expect(ranked.map(({ item }) => item.key)).toEqual(["c", "b", "a"]);
    expect(attentions.indexOf("down")).toBeLessThan(attentions.indexOf("well"));
  });

  it("is found by any words of its names, in any order and case", () => {
    expect([matches("Work goo", "google_workspace"), matches("slack", "google_workspace"), matches("", "x")]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe("[OPS-1] an update of one service among five hundred", () => {
  const before = { kind: "services", services: Array.from({ length: 500 }, (_, at) => service(`s${at}`)) } as const;

  it("sends that one, and leaves the others the objects they were", () => {
    const services = before.services.map((one, at) => (at === 250 ? { ...one, healthy: 1 } : { ...one }));
    const sent = differenceOf({ ...before }, { kind: "services", services });
    expect(sent).toEqual({ kind: "changed-services", services: [service("s250", { healthy: 1 })] });
    const state = reduce(reduce(initialState, { ...before }), sent);
    expect(state.services?.[250]?.healthy).toBe(1);
    expect(state.services?.[251]).toBe(before.services[251]);
  });

  it("sends all where one came, went or moved", () => {
    const fewer = { kind: "services", services: before.services.slice(1) } as const;
    expect(differenceOf({ ...before }, { ...fewer })).toEqual(fewer);
  });
});
