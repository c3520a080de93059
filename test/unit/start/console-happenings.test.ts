import { describe, expect, it } from "vitest";
import { auditOf, isFound } from "#console/reading/audit.ts";
import { planStage } from "#fleet";
import { callOf, requestOf } from "#start/console-happenings.ts";
import map from "../../fixture/map.ts";

const plan = planStage(map, "local");
const report = { host: "x", method: "GET", path: "/mcp", status: 200, duration: 3, target: undefined, rpc: undefined };

describe("what the console shows of a request", () => {
  it("is the service its host belongs to, whatever the port and the case", () => {
    const { service, host } = requestOf({ ...report, host: "Google.mcp.localhost:8443" }, plan, 1);
    expect([service, host]).toEqual(["google_workspace", "google.mcp.localhost"]);
  });

  it("names no service for an unknown host, and at most 200 characters of what a stranger sends", () => {
    const shown = requestOf({ ...report, host: "h".repeat(5000), path: `/${"p".repeat(5000)}` }, plan, 1);
    expect(shown).not.toHaveProperty("service");
    expect([shown.host.length, shown.path.length]).toEqual([201, 201]);
  });

  it("[OPS-2] is the method and the tool that an MCP client asked for", () => {
    const rpc = { method: "tools/call", name: "t".repeat(5000) };
    expect(requestOf(report, plan, 1)).not.toHaveProperty("rpc");
    expect(requestOf({ ...report, rpc }, plan, 1).rpc).toEqual({ method: "tools/call", name: `${"t".repeat(200)}…` });
  });
});

describe("what the console shows of an audit event", () => {
  const indexed = { time: 1.5, index: "mcp_audit", source: "mcp-google", token: "mcp-fleet" };
  it.each([
    [{ user: { id: "1", email: "ada@example.com" } }, "ada@example.com"],
    [{ user: { id: "1" }, client: { id: "c", name: "Claude" } }, "1"],
    [{ client: { id: "c", name: "Claude" } }, "Claude"],
    [{}, "anonymous"],
  ])("of %o is %s", (actor, who) => {
    const event = { ...indexed, event: { action: "tool_call", tool: "search", outcome: "success", ...actor } };
    expect(auditOf(event)).toEqual({
      at: 1500,
      source: "mcp-google",
      who,
      action: "tool_call",
      tool: "search",
      outcome: "success",
    });
  });

  it.each(["a line", 7, { message: "of another form" }])("is its source where the event is %o", (event) => {
    expect(auditOf({ ...indexed, event })).toMatchObject({ who: "mcp-google", action: "event" });
    const own = { ...indexed, source: "mcp-fleet-rotation", event: { message: "A proof." } };
    expect(auditOf(own)).toMatchObject({ who: "mcp-fleet-rotation", action: "A proof." });
  });
});

describe("[OPS-2] an audit event", () => {
  const user = { id: "1", email: "ada@example.com" };
  const audit = auditOf({
    time: 1,
    source: "mcp-google",
    event: { action: "tool_call", tool: "search", outcome: "error", user },
  });
  it.each([
    ["ada", true],
    ["search error", true],
    ["ERROR ada@example.com mcp-google", true],
    ["search success", false],
    ["", true],
  ])("is found by who, tool, outcome and source: %s", (filter, found) => {
    expect(isFound(filter, audit)).toBe(found);
  });
});

describe("what the console shows of an API call", () => {
  it("names the caller by the end of the ARN", () => {
    const entry = {
      at: 1,
      service: "ecs",
      operation: "ListTasks",
      status: 400,
      ms: 2,
      errorCode: "ClusterNotFoundException",
    };
    const caller = "arn:aws:sts::000000000000:assumed-role/settle/function";
    expect(callOf({ ...entry, caller })).toEqual({ ...entry, caller: "settle/function" });
    expect(callOf(entry)).not.toHaveProperty("caller");
  });
});
