import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type PressPorts, takePress } from "#chat/press/press.ts";
import { Secret } from "#chat/receivers/secret.ts";
import type { Acknowledgement } from "#chat/record/acknowledgement-table.ts";
import type { Mute } from "#chat/record/mute-table.ts";

const now = Date.parse("2026-11-29T12:00:00Z");
const key = "0123456789abcdef0123456789abcdef";
const hook = "https://hooks.slack.com/actions/T0/B0/secretPartOfTheAddress";

/** The door's surroundings, and what it did to them. */
function openDoor(secret: string = key) {
  const acknowledged = new Map<string, Acknowledgement>();
  const mutes: Mute[] = [];
  const whispers: string[] = [];
  const logged: object[] = [];
  const nudges: string[] = [];
  const ports: PressPorts = {
    signingSecret: async () => (secret === "unset" ? undefined : new Secret(secret)),
    async acknowledge(given) {
      if ((acknowledged.get(given.group)?.at ?? 0) >= given.at) return "known";
      acknowledged.set(given.group, given);
      return "new";
    },
    mute: async (mute) => void mutes.push(mute),
    nudge: async () => void nudges.push("look"),
    whisper: async (_, text) => void whispers.push(text),
    log: (entry) => void logged.push(entry),
    now: () => now,
  };
  return {
    acknowledged,
    mutes,
    whispers,
    logged,
    nudges: () => nudges.length,
    press: (body: string, signed = signing(body)) =>
      takePress({ body, ...signed }, ["U0123456789", "U0987654321"], ports),
  };
}

function signing(body: string, { at = now, secret = key } = {}) {
  const timestamp = String(Math.floor(at / 1000));
  return { timestamp, signature: `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}` };
}

function bodyOf(button: string, { user = "U0123456789", name = "ada", at = now, group = "wiki" } = {}): string {
  const payload = {
    type: "block_actions",
    user: { id: user, username: name },
    response_url: hook,
    actions: [
      { action_id: button, action_ts: (at / 1000).toFixed(6), value: JSON.stringify({ group, seenAt: now - 60_000 }) },
    ],
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

describe("a button in Slack", () => {
  it("[CHAT-14] acknowledges: it is recorded, all chats are told, and the log says who did what", async () => {
    const door = openDoor();
    expect(await door.press(bodyOf("acknowledge"))).toEqual({ status: 200, text: "" });
    expect([...door.acknowledged.values()]).toEqual([{ group: "wiki", by: "ada", at: now, seenAt: now - 60_000 }]);
    expect(door.mutes).toEqual([]);
    expect(door.nudges()).toBe(1);
    expect(door.whispers).toEqual([expect.stringContaining("wiki is yours")]);
    expect(door.logged).toEqual([
      expect.objectContaining({ message: "Pressed", button: "acknowledge", group: "wiki", user: "U0123456789" }),
    ]);
  });

  it("[CHAT-14] silences for an hour, as `fleet alarms mute` does, a service or an alarm", async () => {
    const door = openDoor();
    await door.press(bodyOf("silence"));
    await door.press(bodyOf("silence", { group: "Alarm orders-db", user: "U0987654321", name: "bob" }));
    const hour = { reason: "from Slack", since: now, until: now + 3_600_000 };
    expect(door.mutes).toEqual([
      { target: "wiki", by: "ada", ...hour },
      { target: "orders-db", by: "bob", ...hour },
    ]);
    expect(door.acknowledged.get("wiki")).toMatchObject({ by: "ada", silentUntil: now + 3_600_000 });
  });

  it("[CHAT-14] does the same when it is sent again, also once the mute was ended by hand", async () => {
    const door = openDoor();
    const body = bodyOf("silence");
    await door.press(body);
    door.mutes.length = 0;
    expect(await door.press(body)).toMatchObject({ status: 200 });
    expect(door.mutes).toEqual([]);
  });

  it("[CHAT-14] that opens the console says nothing to anybody", async () => {
    const door = openDoor();
    expect(await door.press(bodyOf("console"))).toEqual({ status: 200, text: "" });
    expect([door.acknowledged.size, door.nudges(), door.whispers.length]).toEqual([0, 0, 0]);
  });

  it("[CHAT-14] is not taken from somebody whom the map does not list, who is told why", async () => {
    const door = openDoor();
    expect(await door.press(bodyOf("silence", { user: "U0STRANGER0" }))).toMatchObject({ status: 200 });
    expect([door.acknowledged.size, door.mutes.length, door.nudges()]).toEqual([0, 0, 0]);
    expect(door.whispers).toEqual([expect.stringContaining("chat.actions.slack.allowed")]);
    expect(door.logged).toEqual([
      expect.objectContaining({ level: "warn", user: "U0STRANGER0", reason: "not allowed" }),
    ]);
  });

  const body = bodyOf("acknowledge");
  it.each([
    ["signed with another key", body, signing(body, { secret: "f".repeat(32) }), 401],
    ["signed for another body", body, signing(`${body}&more=1`), 401],
    ["without a signature", body, { timestamp: signing(body).timestamp, signature: "" }, 401],
    [
      "with a signature of the right length that is none",
      body,
      { ...signing(body), signature: "v0=".padEnd(67, "é") },
      401,
    ],
    ["of six minutes ago", body, signing(body, { at: now - 6 * 60_000 }), 401],
    ["of the future", body, signing(body, { at: now + 6 * 60_000 }), 401],
    ["of no time", body, { ...signing(body), timestamp: "" }, 401],
    ["of a time that is no number", body, { ...signing(body), timestamp: "1e9" }, 401],
    ["of more than 64 KB", `${body}&x=${"x".repeat(70_000)}`, signing(body), 413],
    ["that is no press", "payload=%7B%7D", signing("payload=%7B%7D"), 400],
    ["of a button that we do not have", bodyOf("delete"), signing(bodyOf("delete")), 400],
    ["with no form at all", "", signing(""), 400],
  ])("[CHAT-14] refuses a request %s", async (_, sent, signed, status) => {
    const door = openDoor();
    expect(await door.press(sent, signed)).toMatchObject({ status });
    expect([door.acknowledged.size, door.mutes.length, door.nudges(), door.whispers.length]).toEqual([0, 0, 0, 0]);
    expect(JSON.stringify(door.logged)).not.toMatch(/payload|secretPart|0123456789abcdef/);
  });

  it("[CHAT-14] refuses all until the signing secret is set, as anybody could sign with a placeholder", async () => {
    const door = openDoor("unset");
    expect(await door.press(body, signing(body, { secret: "replace-me" }))).toMatchObject({ status: 503 });
    expect(door.acknowledged.size).toBe(0);
  });

  it("[CHAT-8] [CHAT-14] takes a name that means something elsewhere as text of one line, and no longer than a name", async () => {
    const door = openDoor();
    await door.press(bodyOf("acknowledge", { name: `<!channel>\nRecovered ${"x".repeat(500)}` }));
    const by = door.acknowledged.get("wiki")?.by ?? "";
    expect(by).toMatch(/^<!channel> Recovered x+…$/);
    expect(by.length).toBeLessThanOrEqual(60);
  });
});
