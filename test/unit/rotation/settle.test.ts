import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { firstToken, World } from "./world/world.ts";

const minute = 60_000;
const hour = 60 * minute;
const goodToken = "22222222-2222-4222-8222-222222222222";
const badToken = "99999999-9999-4999-8999-999999999999";
const worlds: World[] = [];

async function world(options: Parameters<typeof World.create>[0] = {}): Promise<World> {
  const made = await World.create(options);
  worlds.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((one) => one.stop()));
});

const outcomes = (stage: World) => stage.notices.map(({ outcome }) => outcome);
const tokensOf = (stage: World) => stage.splunk.tokens.list().map(({ token }) => token);

describe("a rotation", () => {
  it("[ROT-1] [ROT-2] [ROT-4] ends with every consumer on the new token, and the old one gone", async () => {
    const stage = await world();
    await stage.rotate();
    await stage.clock.pass(hour);
    const token = await stage.token();
    expect(token).not.toBe(firstToken);
    expect(tokensOf(stage)).toEqual([token]);
    expect(stage.services.rolls.toSorted()).toEqual(["one", "two"]);
    expect(stage.services.valuesInUse().filter((value) => !value.includes(token))).toEqual([]);
    expect(stage.refusals).toEqual([]);
    expect(outcomes(stage)).toEqual(["settled"]);
  });

  it("[ROT-3] proves the token with an event in the audit trail's index before it becomes current", async () => {
    const stage = await world();
    const proofs: string[] = [];
    stage.splunk.index.onEvent(({ token }) => proofs.push(`${token} while ${stage.lastSeen.includes(firstToken)}`));
    await stage.rotate();
    await stage.clock.pass(minute);
    const name = `prod-mcp-${(await stage.token()).slice(0, 8)}`;
    expect(proofs[0]).toBe(`${name} while true`);
    expect(stage.splunk.index.search({ index: "mcp_audit" }).length).toBeGreaterThan(0);
  });

  it("[ROT-3] [ROT-6] gives a token up that ACS shows and HEC refuses, and goes on with the next", async () => {
    const stage = await world();
    stage.splunk.acs.setFault({ kind: "lie" });
    await stage.rotate();
    await stage.clock.pass(20 * minute);
    expect(await stage.token()).toBe(firstToken);
    expect(outcomes(stage)).toEqual(["given-up"]);
    expect(tokensOf(stage)).toEqual([firstToken]);
    expect(Object.values(await stage.labels()).flat()).not.toContain("AWSPENDING");
    expect(stage.services.rolls).toEqual([]);
    stage.splunk.acs.setFault(undefined);
    await stage.rotate();
    await stage.clock.pass(20 * minute);
    expect(await stage.token()).not.toBe(firstToken);
    expect(outcomes(stage)).toEqual(["given-up", "settled"]);
  });

  it.each([
    ["20 minutes, longer than a function lives", { kind: "late", delayMs: 20 * minute }, 0],
    ["nothing but 424 for half an hour", { kind: "busy" }, 30 * minute],
    ["nothing but 429 for half an hour", { kind: "throttle", retryAfterSeconds: 30 }, 30 * minute],
    ["no connection for half an hour", { kind: "refuse" }, 30 * minute],
    ["nothing but 503 for half an hour", { kind: "error" }, 30 * minute],
  ] as const)("[ROT-6] resumes when ACS has %s", async (_what, fault, clearedAfter) => {
    const stage = await world();
    stage.splunk.acs.setFault(fault);
    await stage.rotate();
    if (clearedAfter > 0) {
      await stage.clock.pass(clearedAfter);
      expect(await stage.token()).toBe(firstToken);
      stage.splunk.acs.setFault(undefined);
    }
    await stage.clock.pass(2 * hour);
    const token = await stage.token();
    expect(token).not.toBe(firstToken);
    expect(tokensOf(stage)).toEqual([token]);
    expect(stage.refusals).toEqual([]);
  });

  it("[ROT-3] waits for a HEC that is down, and rejects nothing for it", async () => {
    const stage = await world();
    stage.splunk.faults.set({ kind: "busy", lyingHealth: true });
    await stage.rotate();
    await stage.clock.pass(30 * minute);
    expect(await stage.token()).toBe(firstToken);
    stage.splunk.faults.clear();
    await stage.clock.pass(hour);
    expect(outcomes(stage)).toEqual(["waiting", "settled"]);
  });

  it("[SEC-3] leaves a placeholder alone, says so, and ends without an error", async () => {
    const stage = await world({ token: "00000000-0000-0000-0000-000000000000" });
    await stage.clock.pass(hour);
    const before = await stage.look();
    stage.notices.splice(0);
    await stage.rotate();
    await stage.clock.pass(hour);
    expect(await stage.look()).toBe(before);
    expect(outcomes(stage)).toEqual(["placeholder"]);
    expect(stage.services.rolls).toEqual([]);
    expect(await stage.isSettled()).toBe(true);
  });
});

describe("a value put by hand", () => {
  it("[ROT-2] [ROT-4] takes the same road as a rotated one", async () => {
    const stage = await world();
    stage.splunk.tokens.create({ name: "operator", token: goodToken, indexes: ["mcp_audit"] });
    await stage.putByHand(goodToken);
    await stage.clock.pass(hour);
    expect(tokensOf(stage)).toEqual([goodToken]);
    expect(stage.services.rolls.toSorted()).toEqual(["one", "two"]);
    expect(stage.refusals).toEqual([]);
  });

  it("[ROT-5] that Splunk refuses never reaches a service: the one before is put back", async () => {
    const stage = await world();
    await stage.putByHand(badToken);
    await stage.clock.pass(hour);
    expect(await stage.token()).toBe(firstToken);
    expect(outcomes(stage)).toEqual(["rejected", "restored"]);
    expect(stage.refusals).toEqual([]);
  });

  it("[ROT-5] on which a service crashes is put back: a rollback by ECS alone would read it again", async () => {
    const stage = await world({ crashesOn: (value) => value.includes(goodToken) });
    stage.splunk.tokens.create({ name: "operator", token: goodToken, indexes: ["mcp_audit"] });
    await stage.putByHand(goodToken);
    await stage.clock.pass(hour);
    expect(await stage.token()).toBe(firstToken);
    expect(outcomes(stage)).toEqual(["rejected", "restored"]);
    expect(stage.services.valuesInUse().every((value) => value.includes(firstToken))).toBe(true);
    const marked = Object.entries(await stage.labels()).filter(([id, all]) => all.includes(`rejected-${id}`));
    expect(marked).toHaveLength(1);
  });

  it("[ROT-5] that was rejected once is not taken again when somebody makes it current", async () => {
    const stage = await world();
    await stage.putByHand(badToken);
    await stage.clock.pass(hour);
    const [bad] = Object.entries(await stage.labels()).find(([id, all]) => all.includes(`rejected-${id}`)) ?? [];
    const [good] = Object.entries(await stage.labels()).find(([, all]) => all.includes("AWSCURRENT")) ?? [];
    const move = { VersionStage: "AWSCURRENT", MoveToVersionId: bad, RemoveFromVersionId: good };
    await stage.secrets.ask("UpdateSecretVersionStage", { SecretId: "/prod/mcp/splunk", ...move });
    await stage.clock.pass(hour);
    expect(await stage.token()).toBe(firstToken);
    expect(await stage.isSettled()).toBe(true);
  });

  it("[ROT-5] [ROT-9] asks for a person, and again after four hours, when neither it nor the one before works", async () => {
    const stage = await world();
    stage.splunk.tokens.update("by-hand", { disabled: true });
    await stage.putByHand(badToken);
    await stage.clock.pass(6 * hour);
    expect(outcomes(stage)).toEqual(["rejected", "stuck", "stuck"]);
    stage.splunk.tokens.create({ name: "operator", token: goodToken, indexes: ["mcp_audit"] });
    await stage.putByHand(goodToken);
    await stage.clock.pass(hour);
    expect(outcomes(stage)).toEqual(["rejected", "stuck", "stuck", "settled"]);
    expect(await stage.isSettled()).toBe(true);
  });
});

describe("two secrets", () => {
  it("[ROT-2] that change at once roll a service they share once", async () => {
    const stage = await world();
    await stage.rotate();
    await stage.clock.pass(20_000);
    await stage.secrets.ask("PutSecretValue", { SecretId: "/prod/mcp/keys", SecretString: '{"KEY":"two"}' });
    await stage.clock.pass(hour);
    expect(stage.services.rolls.toSorted()).toEqual(["one", "two"]);
    expect(outcomes(stage).toSorted()).toEqual(["settled", "settled"]);
  });
});

describe("whatever wakes the planner, and however often", () => {
  const wake = fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 8 });
  const deeds = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 600_000 }),
      deed: fc.constantFrom("rotate", "good", "bad", "key"),
    }),
    { minLength: 1, maxLength: 4 },
  );

  it("[ROT-4] [ROT-6] ends settled, with one working token, its consumers on it, and refuses nobody a token of its own", async () => {
    await fc.assert(
      fc.asyncProperty(wake, deeds, fc.constantFrom(minute, 7 * minute), async (wakes, all, plannerEveryMs) => {
        const stage = await World.create({ plannerEveryMs });
        try {
          let made = 0;
          const deedsOf = {
            rotate: () => stage.rotate().catch(() => undefined),
            good: () => {
              const token = `3333333${++made}-3333-4333-8333-333333333333`;
              stage.splunk.tokens.create({ name: `operator-${made}`, token, indexes: ["mcp_audit"] });
              return stage.putByHand(token);
            },
            bad: () => stage.putByHand(`${badToken}${++made}`),
            key: () =>
              stage.secrets.ask("PutSecretValue", { SecretId: "/prod/mcp/keys", SecretString: `{"KEY":"${++made}"}` }),
          };
          for (const at of wakes) void stage.clock.sleep(at).then(() => stage.wake());
          for (const { at, deed } of all) void stage.clock.sleep(at).then(() => deedsOf[deed]());
          await stage.clock.pass(3 * hour);
          const before = await stage.token();
          // A rotation that a person's value interrupted is taken up again, as Secrets Manager says when it refuses.
          await stage.rotate().catch(() => undefined);
          await stage.clock.pass(3 * hour);
          const token = await stage.token();
          expect(token).not.toBe(before);
          expect(await stage.isSettled()).toBe(true);
          expect(stage.splunk.tokens.admit(token)).toBeInstanceOf(Object);
          expect(stage.services.valuesInUse().every((value) => value.includes(token))).toBe(true);
          // A bad value that is put while services roll is read by the tasks that start just then, until it is put back.
          expect(stage.refusals.filter((refused) => !refused.startsWith(badToken))).toEqual([]);
          const labels = Object.values(await stage.labels());
          expect(labels.some((one) => one.includes("AWSPENDING") && !one.includes("AWSCURRENT"))).toBe(false);
        } finally {
          await stage.stop();
        }
      }),
      // A counterexample as it was found says more than a time limit that shrinking it ran into.
      { numRuns: 15, endOnFailure: true },
    );
  }, 60_000);
});
