import { describe, expect, it } from "vitest";
import { enrich, type Findings, type Source } from "#chat/card/enrichment.ts";
import { sparkline } from "#chat/card/sparkline.ts";
import type { Incident } from "#chat/incident/incident.ts";

const incident: Incident = {
  subject: "a",
  change: "a@1",
  at: 0,
  phase: "firing",
  severity: "warning",
  service: "wiki",
  story: { kind: "notice", title: "x", facts: [], text: "" },
};

describe("what is looked up for a card", () => {
  it("[CHAT-1] is taken as far as it is known after two seconds, and a source that fails keeps back no other", async () => {
    const waited: number[] = [];
    const failed: unknown[] = [];
    const fact = { name: "Targets", value: "1 of 1 healthy" };
    const sources: readonly Source[] = [
      async () => ({ facts: [fact] }),
      () => new Promise<Partial<Findings>>(() => {}),
      () => Promise.reject(new Error("throttled")),
    ];
    const findings = await enrich(
      { service: "wiki", incident },
      sources,
      (error) => failed.push(error),
      async (ms) => {
        waited.push(ms);
        await new Promise((resolve) => setImmediate(resolve));
      },
    );
    expect(findings).toEqual({ facts: [fact], errorLines: [], history: undefined });
    expect([waited, failed.length]).toEqual([[2_000], 1]);
  });

  it("draws a gap as a gap, and the largest value as the highest block", () => {
    expect(sparkline([0, 1, undefined, 2])).toBe("▁▅ █");
    expect(sparkline([0, 0])).toBe("▁▁");
  });
});
