import { describe, expect, it } from "vitest";
import { parse } from "#chat/parse/index.ts";
import { messageOf, tone } from "#rotation/aws/announcer.ts";
import type { Notice, Outcome } from "#rotation/ports.ts";

const at = new Date("2026-11-23T12:00:00Z");
const notice = (outcome: Outcome): Notice => ({
  outcome,
  secret: "splunk",
  versionId: "v-1",
  services: ["prod-mcp-google-workspace"],
  text: "It happened.",
  remedy: "Do this.",
});
const read = (outcome: Outcome) => {
  const parsed = parse(JSON.stringify(messageOf(notice(outcome), at)), 0);
  if (parsed.kind !== "incident") throw new Error(`The chat ignores ${outcome}.`);
  return parsed.incident;
};
const outcomes = Object.keys(tone).filter((name): name is Outcome => name in tone);

describe("what happens to a secret", () => {
  it.each(outcomes)("[CHAT-4] %s is told by the chats as a rotation, with its reason and remedy", (outcome) => {
    expect(read(outcome)).toMatchObject({
      at: at.getTime(),
      story: { kind: "rotation", secret: "splunk", reason: "It happened. Do this." },
    });
  });

  it("[CHAT-2] [CHAT-4] [ROT-5] opens an incident with a rejection, and closes the same one with the restoration", () => {
    expect(read("rejected")).toMatchObject({ subject: "rotation:splunk", phase: "firing", severity: "critical" });
    expect(read("restored")).toMatchObject({ subject: "rotation:splunk", phase: "resolved" });
    expect(read("settled")).toMatchObject({ subject: "rotation:splunk", phase: "succeeded" });
  });
});
