import { chatNames } from "@mcp-fleet/endpoint/doubles/chat-page";
import { describe, expect, it } from "vitest";
import { checks } from "#cli/doctor/checks/index.ts";
import { columns } from "#cli/table.ts";
import { turnTlsOff } from "./break.ts";
import { breakages } from "./breakages.ts";
import { diagnose, openServiceUsage, ownNameServers } from "./diagnosis.ts";
import type { OperatedFleet } from "./operated.ts";

/** The doctor in a healthy fleet, and in one that is broken in each place there is a check for. */
export function examineFleet(operated: () => OperatedFleet): void {
  it("finds nothing in a healthy fleet, whose chats a test alarm reaches", async () => {
    const { stage } = operated();
    const world = { resolveNs: () => ownNameServers(stage) };
    const { code, found, results } = await diagnose(operated(), { testAlarm: "wanted", world });
    expect({ code, found }).toEqual({ code: 0, found: [] });
    // Without a Google credential that check is skipped; all others ran.
    const skipped = results.filter(({ verdict }) => verdict === "skipped").map(({ id }) => id);
    expect(skipped).toEqual(["google-apis"]);
    expect(results.find(({ id }) => id === "alarm-road")?.evidence).toMatch(
      /^A test alarm reached slack-feed \(Slack webhook\), slack \(Slack bot\), teams .* google-chat .* within \d+ s/,
    );
    for (const chat of chatNames)
      expect(JSON.stringify(stage.fleet.chats.list(chat))).toContain("Test of the alarm road: nothing is wrong");
  });

  it("fits 80 columns, with the failures last", async () => {
    const { stage, fleet } = operated();
    stage.fleet.hec.disableToken("fleet");
    const { code, out } = await fleet(["doctor", "--no-test-alarm"]);
    stage.fleet.hec.enableToken("fleet");
    const lines = out.trim().split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
    expect(code).toBe(1);
    expect(lines.findLast((line) => /^[a-zA-Z]/.test(line) && !line.includes(" skipped"))).toMatch(
      /^FAILURE {2}splunk-token {6}\S/,
    );
    expect(lines.at(-1)).toMatch(/^1 failure, 0 warnings, \d+ ok, \d skipped$/);
  });

  describe("where one place is broken", () => {
    it.each(breakages)("trips $id and nothing else: $evidence", async ({ id, evidence, break: breakIt, ...visit }) => {
      const repair = await breakIt?.(operated());
      try {
        const { found } = await diagnose(operated(), visit);
        expect(found.map((finding) => finding.id)).toEqual([id]);
        expect(found[0]?.evidence).toMatch(evidence);
      } finally {
        await repair?.();
      }
    });

    it("trips only google-apis, which lists the tool families whose API is off", async () => {
      const google = await openServiceUsage("gmail", "drive", "calendar-json");
      const { found } = await diagnose(operated(), google);
      google.close();
      expect(found).toMatchObject([
        { id: "google-apis", evidence: expect.stringMatching(/^9 of 12 .*docs, sheets, slides, forms, chat, tasks/) },
      ]);
    });

    it("trips sessions if TLS to Redis is off, and drift, as that takes a task definition made by hand", async () => {
      const repair = await turnTlsOff(operated());
      const { found } = await diagnose(operated());
      await repair();
      expect(found.map(({ id, evidence }) => [id, evidence])).toEqual([
        ["drift", expect.stringMatching(/TaskDefinition is .*:\d+, but was deployed as .*:\d+/)],
        ["sessions", "google_workspace talks to Redis in the clear: REDIS_USE_TLS is not true."],
      ]);
    });

    it("every check has such a place", () => {
      const tripped = new Set([...breakages.map(({ id }) => id), "google-apis"]);
      expect([...tripped].sort()).toEqual(checks.map(({ id }) => id).sort());
    });

    it("finds nothing once all of that is repaired", async () => {
      expect(await diagnose(operated())).toMatchObject({ code: 0, found: [] });
    });
  });
}
