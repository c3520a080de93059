import { describe, expect, it } from "vitest";
import { checks } from "#cli/doctor/checks/index.ts";
import { columns } from "#cli/table.ts";
import { chatNames } from "#local/doubles/chat-page/index.ts";
import { turnTlsOff } from "./break.ts";
import { breakages } from "./breakages.ts";
import { diagnose, openServiceUsage, ownNameServers } from "./diagnosis.ts";
import type { OperatedFleet } from "./operated.ts";

/** The doctor in a healthy fleet, and in one that is broken in each place there is a check for. */
export function examineFleet(operated: () => OperatedFleet): void {
  it("finds nothing in a healthy one, whose chats a test alarm reaches", async () => {
    const { stage } = operated();
    const world = { resolveNs: () => ownNameServers(stage) };
    const { code, found, results } = await diagnose(operated(), { testAlarm: "wanted", world });
    expect({ code, found }).toEqual({ code: 0, found: [] });
    // Whoever has no Google credential is told so; all else was looked at.
    const skipped = results.filter(({ verdict }) => verdict === "skipped").map(({ id }) => id);
    expect(skipped).toEqual(["google-apis"]);
    expect(results.find(({ id }) => id === "alarm-road")?.evidence).toMatch(
      /^A test alarm reached slack-feed \(Slack webhook\), slack \(Slack bot\), teams .* google-chat .* within \d+ s/,
    );
    for (const chat of chatNames)
      expect(JSON.stringify(stage.fleet.chats.list(chat))).toContain("Test of the alarm road: nothing is wrong");
  });

  it("fits 80 columns, with what hurts last", async () => {
    const { stage, fleet } = operated();
    stage.fleet.hec.disableToken("fleet");
    const { code, out } = await fleet(["doctor", "--no-test-alarm"]);
    stage.fleet.hec.enableToken("fleet");
    const lines = out.trim().split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
    expect(code).toBe(1);
    expect(lines.findLast((line) => /^[a-zA-Z]/.test(line) && !line.includes("not looked at"))).toMatch(
      /^FAILURE {2}splunk-token {6}\S/,
    );
    expect(lines.at(-1)).toMatch(/^1 failure, 0 warnings, \d+ well, \d not looked at$/);
  });

  describe("where one place is broken", () => {
    it.each(breakages)("trips $id and nothing else: $evidence", async ({ id, evidence, break: breakIt, ...visit }) => {
      const mend = await breakIt?.(operated());
      try {
        const { found } = await diagnose(operated(), visit);
        expect(found.map((finding) => finding.id)).toEqual([id]);
        expect(found[0]?.evidence).toMatch(evidence);
      } finally {
        await mend?.();
      }
    });

    it("trips google-apis and nothing else, which lists the tool families whose API is off", async () => {
      const google = await openServiceUsage("gmail", "drive", "calendar-json");
      const { found } = await diagnose(operated(), google);
      google.close();
      expect(found).toMatchObject([
        { id: "google-apis", evidence: expect.stringMatching(/^9 of 12 .*docs, sheets, slides, forms, chat, tasks/) },
      ]);
    });

    it("trips sessions where TLS to Redis is off, and drift, as somebody made a task definition for it", async () => {
      const mend = await turnTlsOff(operated());
      const { found } = await diagnose(operated());
      await mend();
      expect(found.map(({ id, evidence }) => [id, evidence])).toEqual([
        ["drift", expect.stringMatching(/TaskDefinition is .*:\d+, and was deployed as .*:\d+/)],
        ["sessions", "google_workspace talks to Redis in the clear: REDIS_USE_TLS is not true."],
      ]);
    });

    it("is such a place for every check there is", () => {
      const tripped = new Set([...breakages.map(({ id }) => id), "google-apis"]);
      expect([...tripped].sort()).toEqual(checks.map(({ id }) => id).sort());
    });

    it("is well again, once all that is mended", async () => {
      expect(await diagnose(operated())).toMatchObject({ code: 0, found: [] });
    });
  });
}
