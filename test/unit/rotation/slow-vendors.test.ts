import { afterEach, describe, expect, it } from "vitest";
import { firstToken, World } from "./world/world.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const tokenOf = (digit: number) => "11111111-1111-4111-8111-111111111111".replaceAll("1", String(digit));

const worlds: World[] = [];
async function world(options: Parameters<typeof World.create>[0] = {}): Promise<World> {
  const made = await World.create({ plannerEveryMs: 5 * minute, watchEveryMs: 20_000, ...options });
  worlds.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((one) => one.stop()));
});

/** Beside those that it waits, and no longer does. */
const outcomes = (stage: World) =>
  stage.notices.map(({ outcome }) => outcome).filter((outcome) => outcome !== "waiting" && outcome !== "resumed");
const words = (stage: World) => stage.notices.map(({ text, remedy }) => `${text} ${remedy}`).join("\n");
const tokensOf = (stage: World) => stage.splunk.tokens.list().map(({ token }) => token);
const nameOf = (token: string) => `prod-mcp-${token.slice(0, 8)}`;

/** The most requests in any hour, beside proofs. */
function busiestHour(stage: World): number {
  const times = stage.splunk.requests;
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + hour).length));
}

/** A token of an operator's, put into the secret. */
async function put(stage: World, token: string): Promise<void> {
  stage.splunk.tokens.create({ name: `operator-${token.slice(0, 8)}`, token, indexes: ["mcp_audit"] });
  await stage.putByHand(token);
}

async function rotateUntilCurrent(stage: World): Promise<string> {
  await stage.rotate();
  expect(await stage.clock.pass(hour, () => !stage.lastSeen.includes(firstToken))).toBe(true);
  return stage.token();
}

describe("a Splunk that is slow", () => {
  it.each([
    [58, 6],
    [65, 12],
    [290, 100],
    [10, 290],
  ])("[ROT-12] %i s to make a token that HEC knows %i s later is no reason to refuse it", async (seconds, spread) => {
    const stage = await world();
    stage.splunk.acs.setFault({ kind: "late", delayMs: seconds * 1_000, spreadMs: spread * 1_000 });
    await stage.rotate();
    await stage.clock.pass(3 * hour);
    const token = await stage.token();
    expect(token).not.toBe(firstToken);
    expect(outcomes(stage)).toEqual(["settled"]);
    expect(tokensOf(stage)).toEqual([token]);
    expect(busiestHour(stage)).toBeLessThanOrEqual(60);
  });

  it("[ROT-12] holds up no other secret for longer than one step on its own", async () => {
    const stage = await world({ plannerEveryMs: minute });
    await rotateUntilCurrent(stage);
    stage.splunk.acs.setFault({ kind: "busy" });
    await stage.clock.pass(5 * minute);
    const at = stage.clock.now();
    await stage.secrets.ask("PutSecretValue", { SecretId: "/prod/mcp/keys", SecretString: '{"KEY":"two"}' });
    const isSettled = () => stage.notices.some(({ secret, outcome }) => secret === "keys" && outcome === "settled");
    expect(await stage.clock.pass(5 * minute, isSettled)).toBe(true);
    expect(stage.clock.now() - at).toBeLessThan(4 * minute);
  });
});

describe("a Splunk that is busy", () => {
  it.each([
    ["429 and Retry-After: 0", { kind: "throttle", retryAfterSeconds: 0 }],
    ["429 and Retry-After: 30", { kind: "throttle", retryAfterSeconds: 30 }],
    ["429 and a Retry-After of a year", { kind: "throttle", retryAfterSeconds: 31_536_000 }],
    ["503", { kind: "error" }],
    ["424", { kind: "busy" }],
    ["403", { kind: "forbid" }],
    ["nothing", { kind: "stall" }],
  ] as const)("[ROT-12] is asked 60 times an hour at most, and served again afterwards: %s", async (_what, fault) => {
    const stage = await world();
    stage.splunk.acs.setFault(fault);
    await stage.rotate();
    await stage.clock.pass(6 * hour);
    expect(await stage.token()).toBe(firstToken);
    stage.splunk.acs.setFault(undefined);
    await stage.clock.pass(3 * hour);
    expect(await stage.token()).not.toBe(firstToken);
    expect(outcomes(stage)).toEqual(["settled"]);
    expect(busiestHour(stage)).toBeLessThanOrEqual(60);
  });

  it.each([
    ["403", { kind: "forbid" }, "ACS answered 403"],
    ["424", { kind: "busy" }, "ACS answered 424"],
    ["429", { kind: "throttle" }, "ACS answered 429"],
    ["503", { kind: "error" }, "ACS answered 503"],
    ["nothing", { kind: "stall" }, "ACS gave no answer"],
  ] as const)(
    "[ROT-9] [ROT-12] at revocation is told with its reason, and lets the next rotation go ahead: %s",
    async (_what, fault, reason) => {
      const stage = await world();
      const second = await rotateUntilCurrent(stage);
      stage.splunk.acs.setFault({ ...fault, methods: ["PATCH", "DELETE"] });
      await stage.clock.pass(day);
      expect(outcomes(stage)).toEqual([]);
      const told = stage.notices.filter(({ outcome, text }) => outcome === "waiting" && text.includes(reason));
      expect(told.length).toBeGreaterThanOrEqual(5);
      expect(told.length).toBeLessThanOrEqual(7);
      expect(tokensOf(stage)).toContain(firstToken);
      await stage.rotate();
      await stage.clock.pass(3 * hour);
      const third = await stage.token();
      expect(third).not.toBe(second);
      stage.splunk.acs.setFault(undefined);
      await stage.clock.pass(day);
      expect(await stage.isSettled()).toBe(true);
      expect(tokensOf(stage)).toEqual([third]);
      expect(stage.refusals).toEqual([]);
      expect(busiestHour(stage)).toBeLessThanOrEqual(60);
    },
  );
});

describe("a rotation that is given up", () => {
  it("[ROT-9] [ROT-13] blocks neither the next nor a deploy while Splunk is down, and leaves nothing behind", async () => {
    const stage = await world();
    await stage.clock.pass(hour);
    stage.splunk.acs.setFault({ kind: "lie" });
    await stage.rotate();
    await stage.clock.pass(2 * minute);
    expect(tokensOf(stage)).toHaveLength(2);
    stage.splunk.acs.setFault({ kind: "error" });
    await stage.clock.pass(hour);
    expect(Object.values(await stage.labels()).flat()).not.toContain("AWSPENDING");
    expect(words(stage)).toContain("Its credential is still to be revoked");
    stage.splunk.acs.setFault(undefined);
    await stage.clock.pass(day);
    expect(tokensOf(stage)).toEqual([firstToken]);
  });
});

describe("what is said to be revoked", () => {
  it("[ROT-10] was seen refused: a token that its administrator does not list and HEC takes is named instead", async () => {
    const stage = await world();
    const second = await rotateUntilCurrent(stage);
    await stage.clock.pass(hour);
    stage.notices.splice(0);
    stage.splunk.acs.setFault({ kind: "hide", name: nameOf(second) });
    await stage.rotate();
    await stage.clock.pass(hour);
    expect(outcomes(stage)).toEqual(["settled"]);
    expect(words(stage)).toContain("could not be revoked: by hand");
    expect(words(stage)).toContain(nameOf(second));
    expect(words(stage)).not.toContain(second);
    expect(words(stage)).not.toContain("is revoked");
    expect(tokensOf(stage)).toContain(second);
  });

  it("[ROT-10] is refused by HEC, not only deleted at the administrator's", async () => {
    const stage = await world();
    await rotateUntilCurrent(stage);
    stage.splunk.faults.set({ kind: "busy" });
    await stage.clock.pass(3 * hour);
    expect(outcomes(stage)).toEqual([]);
    stage.splunk.faults.clear();
    await stage.clock.pass(hour);
    expect(words(stage)).toContain("and the old one is revoked");
  });
});

describe("credentials that others left, or a rotation", () => {
  it("[ROT-13] are not revoked when the fleet first settles a secret: it says which it would have", async () => {
    const earlier = tokenOf(7);
    const stage = await world({ earlier });
    stage.splunk.tokens.create({ name: "another-team", token: earlier, indexes: ["mcp_audit"] });
    await stage.clock.pass(2 * day);
    expect(tokensOf(stage).toSorted()).toEqual([firstToken, earlier]);
    expect(words(stage)).toContain("would have revoked");
    await stage.rotate();
    await stage.clock.pass(2 * day);
    expect(tokensOf(stage)).toEqual([earlier, await stage.token()]);
  });

  it("[ROT-13] are found within a day when an issuer finished what was given up, and people are told", async () => {
    const stage = await world();
    await stage.clock.pass(hour);
    stage.splunk.acs.setFault({ kind: "late", delayMs: 40 * minute });
    await stage.rotate();
    await stage.clock.pass(minute);
    const mine = tokenOf(8);
    await put(stage, mine);
    await stage.dropPending();
    await stage.clock.pass(41 * minute);
    stage.splunk.acs.applyDue();
    const late = tokensOf(stage).find((token) => ![firstToken, mine].includes(token)) ?? "";
    expect(late).not.toBe("");
    stage.splunk.acs.setFault(undefined);
    await stage.clock.pass(day);
    expect(tokensOf(stage)).toEqual([mine]);
    expect(words(stage)).toContain(nameOf(late));
    expect(busiestHour(stage)).toBeLessThanOrEqual(60);
  });

  it("[ROT-13] are all revoked when values follow each other by hand within seconds", async () => {
    const stage = await world();
    for (const digit of [2, 3, 4]) {
      await put(stage, tokenOf(digit));
      await stage.clock.pass(3_000);
    }
    await stage.clock.pass(3 * hour);
    expect(tokensOf(stage)).toEqual([tokenOf(4)]);
    expect(stage.refusals).toEqual([]);
    expect(await stage.isSettled()).toBe(true);
  });
});
