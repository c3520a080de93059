import { describe, expect, it } from "vitest";
import { openMute } from "#chat/decide/mute.ts";

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
