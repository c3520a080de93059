import { describe, expect, it } from "vitest";
import { enrich, type Findings, type Source } from "#chat/enrichment.ts";
import type { Incident } from "#chat/incident.ts";
import { maskSecrets } from "#chat/mask.ts";
import { openMute } from "#chat/mute.ts";
import { sparkline } from "#chat/sparkline.ts";

const incident: Incident = {
  subject: "a",
  change: "a@1",
  at: 0,
  phase: "firing",
  severity: "warning",
  service: "wiki",
  story: { kind: "unknown", title: "x", text: "" },
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

describe("credentials in log lines", () => {
  it.each([
    ["client_secret=GOCSPX-abcdefghijkl", "GOCSPX-abcdefghijkl"],
    ['{"password": "hunter2hunter2"}', "hunter2hunter2"],
    ["Authorization: Bearer abc.def-ghi_jkl", "abc.def-ghi_jkl"],
    ["Authorization: Splunk 5b1f0c80-5f0e-4b53-9a56-1c0d5e5b8c11", "5b1f0c80-5f0e-4b53"],
    ["posting to https://hooks.slack.com/services/T0/B0/xyz", "T0/B0/xyz"],
    ["xoxb-1234-5678-abcdef", "1234-5678-abcdef"],
    ["redis://default:s3cr3tpass@cache:6379", "s3cr3tpass"],
    ["GET /cb?code=4/0AX4XfWh&state=1", "4/0AX4XfWh"],
    ["key AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig", "eyJzdWIiOiIxIn0"],
    ["-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----", "MIIEvQIBADANBg"],
  ])("[SEC-5] are masked: %s", (line, secret) => {
    expect(maskSecrets(line)).not.toContain(secret);
    expect(maskSecrets(line)).toContain("•••");
  });

  it("leave an ordinary line as it is", () => {
    const line =
      "2026-09-23T20:01:12Z ERROR tool search_mail failed after 3 attempts: HTTP 503 from gmail.googleapis.com";
    expect(maskSecrets(line)).toBe(line);
  });
});

describe("a mute window", () => {
  const about = { service: "wiki", severity: "warning" as const };
  const at = (iso: string, mute: object) =>
    openMute([{ reason: "night", from: "22:00", until: "06:00", ...mute }], about, Date.parse(iso)) !== undefined;

  it("[CHAT-3] runs over midnight, and belongs to the day on which it begins", () => {
    // 2026-09-25 is a Friday.
    const friday = { days: ["fri"] };
    expect(at("2026-09-25T21:59:00Z", friday)).toBe(false);
    expect(at("2026-09-25T22:00:00Z", friday)).toBe(true);
    expect(at("2026-09-26T05:59:00Z", friday)).toBe(true);
    expect(at("2026-09-26T06:00:00Z", friday)).toBe(false);
    expect(at("2026-09-25T05:00:00Z", friday)).toBe(false);
  });

  it("[CHAT-3] keeps to its time zone, through the change to winter time", () => {
    const berlin = { timeZone: "Europe/Berlin", until: "23:00" };
    expect(at("2026-10-24T20:30:00Z", berlin)).toBe(true);
    expect(at("2026-10-26T20:30:00Z", berlin)).toBe(false);
    expect(at("2026-10-26T21:30:00Z", berlin)).toBe(true);
  });

  it("[CHAT-3] is for the services and severities it names", () => {
    expect(at("2026-09-25T23:00:00Z", { services: ["mail"] })).toBe(false);
    expect(at("2026-09-25T23:00:00Z", { severities: ["critical"] })).toBe(false);
  });
});
