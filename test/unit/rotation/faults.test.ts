import { afterEach, describe, expect, it } from "vitest";
import { adminUrl, hecUrl } from "./world/splunk.ts";
import { firstToken, googlePair, World } from "./world/world.ts";

const second = 1_000;
const minute = 60 * second;
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
const texts = (stage: World) => stage.notices.map(({ text }) => text);
const create = (stage: World, token: string) =>
  stage.splunk.tokens.create({ name: `operator-${token.slice(0, 4)}`, token, indexes: ["mcp_audit"] });
const onto = (stage: World, token: string) =>
  stage.services.valuesInUse().filter((value) => !value.includes(token)).length;

async function until(stage: World, done: () => Promise<boolean>, ms = 4 * hour): Promise<void> {
  for (let passed = 0; passed < ms; passed += second) {
    if (await done()) return;
    await stage.clock.pass(second);
  }
  throw new Error("It did not come to that.");
}

async function phase(stage: World): Promise<string> {
  const { tags } = await stage.secrets.store.describe("/prod/mcp/splunk");
  return tags["mcp-fleet:settling"]?.split(" ")[2] ?? "";
}

async function settledOn(stage: World, token: string): Promise<void> {
  expect(await stage.token()).toBe(token);
  expect(await stage.isSettled()).toBe(true);
  expect(onto(stage, token)).toBe(0);
  expect(stage.splunk.tokens.admit(token)).toBeInstanceOf(Object);
}

describe("a bad value that comes while the old credential is being revoked", () => {
  async function revoking(options: Parameters<typeof World.create>[0]): Promise<readonly [World, string]> {
    const stage = await world(options);
    await stage.rotate();
    await until(stage, async () => (await phase(stage)) === "revoking");
    return [stage, await stage.token()];
  }

  it.each([5, 60, 150, 240])("[ROT-7] is put back to the token in use, %i s after that began", async (seconds) => {
    const [stage, token] = await revoking({ acsDelayMs: 5 * minute });
    await stage.clock.pass(seconds * second);
    await stage.putByHand(badToken);
    await stage.clock.pass(3 * hour);
    await settledOn(stage, token);
    expect(outcomes(stage)).not.toContain("stuck");
    expect(stage.refusals).toEqual([]);
  });

  it("[ROT-7] is put back to the token in use, where Splunk takes it and services crash on it", async () => {
    const [stage, token] = await revoking({
      acsDelayMs: 10 * minute,
      crashesOn: (value) => value.includes(goodToken),
    });
    create(stage, goodToken);
    await stage.clock.pass(minute);
    await stage.putByHand(goodToken);
    await stage.clock.pass(3 * hour);
    await settledOn(stage, token);
    expect(outcomes(stage)).not.toContain("stuck");
    expect(stage.refusals.filter((refused) => refused === token || refused === firstToken)).toEqual([]);
  });

  it.each([503, 424, 403])(
    "[ROT-7] is put back to the token in use, while ACS answers %i to deletions for an hour",
    async (status) => {
      const stage = await world();
      const ends = stage.clock.now() + hour;
      stage.instead = ({ url, method }) =>
        url.startsWith(adminUrl) && method === "DELETE" && stage.clock.now() < ends
          ? Response.json({}, { status })
          : undefined;
      await stage.rotate();
      await until(stage, async () => stage.splunk.tokens.list().some(({ disabled }) => disabled));
      const token = await stage.token();
      await stage.clock.pass(10 * minute);
      await stage.putByHand(badToken);
      await stage.clock.pass(3 * hour);
      await settledOn(stage, token);
      expect(outcomes(stage)).not.toContain("stuck");
      expect(stage.refusals).toEqual([]);
    },
  );
});

it("[ROT-7] a bad value that comes at any moment of a revocation voids nothing that is in use", async () => {
  for (let at = 1, isOver = false; !isOver; at++) {
    const stage = await world({ acsDelayMs: second });
    let asked = 0;
    stage.instead = ({ url, method }) => {
      const isRevoking = url.startsWith(adminUrl) && (method === "PATCH" || asked > 0);
      if (isRevoking && ++asked === at) void stage.putByHand(badToken);
      return undefined;
    };
    await stage.rotate();
    await until(stage, async () => (await stage.token()) !== firstToken);
    const token = await stage.token();
    await stage.clock.pass(2 * hour);
    isOver = asked < at;
    await settledOn(stage, token);
    expect(outcomes(stage)).not.toContain("stuck");
  }
});

describe("many consumers", () => {
  const consumers = (count: number) => Array.from({ length: count }, (_, at) => `service-${at}`);

  it("[ROT-8] of one secret roll although they are more than ECS's buckets hold", async () => {
    const stage = await world({ consumers: consumers(60) });
    await stage.rotate();
    await stage.clock.pass(hour);
    await settledOn(stage, await stage.token());
    expect(stage.services.rolls.toSorted()).toEqual(consumers(60).toSorted());
    expect(outcomes(stage)).toEqual(["settled"]);
  });

  it("[ROT-8] of one secret, a thousand, have rolled and settled in the time that the buckets dictate", async () => {
    // Events wake it whenever a deployment is complete.
    const stage = await world({ consumers: consumers(1_000), acsDelayMs: 0, plannerEveryMs: 5 * second });
    create(stage, goodToken);
    await stage.putByHand(goodToken);
    const began = stage.clock.now();
    await until(stage, () => stage.isSettled());
    const took = stage.clock.now() - began;
    // Fifty at once, five a second; the last of them is replaced within 45 seconds.
    const least = ((1_000 - 50) / 5) * second + 45 * second;
    process.stdout.write(
      `1,000 consumers: ${Math.round(took / second)} s of ${least / second} s; reads ${stage.services.buckets.drawn.reads}, throttled ${stage.services.buckets.refused}\n`,
    );
    expect(stage.services.rolls).toHaveLength(1_000);
    expect(took).toBeLessThan(least * 1.2);
    expect(stage.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  }, 60_000);

  it("[ROT-8] one of which ECS does not show wait for that one alone, and it is named", async () => {
    const stage = await world();
    stage.services.faults.unreadable.add("one");
    await stage.secrets.ask("PutSecretValue", { SecretId: "/prod/mcp/keys", SecretString: '{"KEY":"two"}' });
    await stage.rotate();
    await stage.clock.pass(hour);
    expect(stage.services.rolls).toEqual(["two"]);
    const keys = stage.notices.filter(({ secret }) => secret === "keys").map(({ outcome }) => outcome);
    expect(keys).toEqual(["settled"]);
    const [told] = stage.notices.filter(({ outcome }) => outcome === "waiting");
    expect(told?.text).toContain("ECS does not show one");
    stage.services.faults.unreadable.clear();
    await stage.clock.pass(hour);
    await settledOn(stage, await stage.token());
  });
});

describe("what waits for long", () => {
  const unreachable = (stage: World) => {
    stage.instead = ({ url }) => (url.startsWith(hecUrl) ? Response.json({}, { status: 503 }) : undefined);
  };

  it("[ROT-9] is told after half an hour and every four hours, and can be rotated when it is over", async () => {
    const stage = await world({ plannerEveryMs: 2 * minute });
    create(stage, goodToken);
    unreachable(stage);
    await stage.putByHand(goodToken);
    await stage.clock.pass(29 * minute);
    expect(outcomes(stage)).toEqual([]);
    await stage.clock.pass(5 * minute);
    expect(outcomes(stage)).toEqual(["waiting"]);
    expect(texts(stage)[0]).toMatch(/^splunk has been waiting for 3\d minutes: HEC answered 503/);
    await stage.clock.pass(23 * hour + 30 * minute);
    expect(outcomes(stage)).toEqual(Array(6).fill("waiting"));
    expect(stage.services.rolls).toEqual([]);
    await stage.rotate();
    await stage.clock.pass(20 * minute);
    expect(Object.values(await stage.labels()).flat()).not.toContain("AWSPENDING");
    stage.instead = () => undefined;
    await stage.clock.pass(hour);
    expect(outcomes(stage).slice(6)).toEqual(["settled"]);
    await stage.rotate();
    await stage.clock.pass(hour);
    await settledOn(stage, await stage.token());
    expect(await stage.token()).not.toBe(goodToken);
  });

  it("[ROT-9] rolls a value that cannot be proven where the map says so, and revokes nothing for it", async () => {
    const stage = await world({ unproven: "roll" });
    create(stage, goodToken);
    unreachable(stage);
    await stage.putByHand(goodToken);
    await stage.clock.pass(2 * hour);
    expect(stage.services.rolls.toSorted()).toEqual(["one", "two"]);
    expect(stage.splunk.tokens.admit(firstToken)).toBeInstanceOf(Object);
    expect(texts(stage)[0]).toContain("its services run on it unproven");
    stage.instead = () => undefined;
    await stage.clock.pass(hour);
    await settledOn(stage, goodToken);
    expect(stage.services.rolls).toHaveLength(2);
  });

  it("[ROT-9] is told of a value that cannot be read", async () => {
    const stage = await world();
    stage.isReadable = false;
    await stage.putByHand(badToken);
    await stage.clock.pass(40 * minute);
    expect(texts(stage)).toEqual([
      expect.stringMatching(/^splunk has been waiting for 3\d minutes: its value cannot be read/),
    ]);
    stage.isReadable = true;
    await stage.clock.pass(hour);
    await settledOn(stage, firstToken);
  });

  it.each(["hung", "stuck"] as const)("[ROT-9] is told with its service and age: %s", async (fault) => {
    const stage = await world({ plannerEveryMs: 5 * minute });
    stage.services.faults[fault].add("one");
    await stage.rotate();
    await stage.clock.pass(50 * minute);
    expect(outcomes(stage)).toEqual(["waiting"]);
    expect(texts(stage)[0]).toMatch(
      fault === "hung"
        ? /waiting for 3\d minutes: one: not yet fully on it/
        : /waiting for 3\d minutes: one: tasks on the old value have not ended/,
    );
    await stage.clock.pass(12 * hour);
    expect(outcomes(stage)).toEqual(["waiting", "waiting", "waiting", "waiting"]);
    stage.services.faults[fault].clear();
    await stage.clock.pass(hour);
    expect(outcomes(stage).at(-1)).toBe("settled");
    await settledOn(stage, await stage.token());
  });

  it("[ROT-9] [ROT-13] works where the secret has fifty tags", async () => {
    const stage = await world();
    const Tags = Array.from({ length: 50 }, (_, at) => ({ Key: `tag-${at}`, Value: "people's" }));
    await stage.secrets.ask("TagResource", { SecretId: "/prod/mcp/splunk", Tags });
    await stage.putByHand(badToken);
    await stage.clock.pass(hour);
    await settledOn(stage, firstToken);
    expect(outcomes(stage)).toEqual(["rejected", "restored"]);
    expect(
      Object.values(await stage.labels())
        .flat()
        .join(),
    ).not.toContain("mcp-fleet:");
  });

  it("[ROT-13] is put back where the secret has twenty labels: old marks make room", async () => {
    const stage = await world();
    for (let at = 0; at < 4; at++) {
      await stage.putByHand(`${badToken}${at}`);
      await stage.clock.pass(hour);
    }
    const free = 20 - Object.values(await stage.labels()).flat().length;
    const current = Object.entries(await stage.labels()).find(([, labels]) => labels.includes("AWSCURRENT"))?.[0];
    for (let at = 0; at < free; at++) {
      const move = { VersionStage: `label-${at}`, MoveToVersionId: current };
      await stage.secrets.ask("UpdateSecretVersionStage", { SecretId: "/prod/mcp/splunk", ...move });
    }
    stage.notices.splice(0);
    await stage.putByHand(badToken);
    await stage.clock.pass(6 * hour);
    await settledOn(stage, firstToken);
    expect(outcomes(stage)).toEqual(["rejected", "restored"]);
  });
});

describe("a failure", () => {
  it("[ROT-11] of the bad value that comes after it was put back is not the good one's", async () => {
    const stage = await world({
      crashesOn: (value) => value.includes(goodToken),
      consumers: ["one", "two", "three", "four"],
    });
    for (const [name, seconds] of Object.entries({ one: 60, two: 62, three: 64, four: 75 })) {
      stage.services.faults.failAfter.set(name, seconds * second);
    }
    create(stage, goodToken);
    await stage.putByHand(goodToken);
    await stage.clock.pass(3 * hour);
    await settledOn(stage, firstToken);
    expect(outcomes(stage)).toEqual(["rejected", "restored"]);
  });

  it("[ROT-11] of an image that was deployed before the rotation is that deployment's", async () => {
    const stage = await world();
    stage.services.faults.broken.add("one:2");
    stage.services.faults.failAfter.set("one", 5 * minute);
    stage.services.deploy("one", "one:2");
    await stage.clock.pass(10 * second);
    await stage.rotate();
    await stage.clock.pass(2 * hour);
    const token = await stage.token();
    expect(token).not.toBe(firstToken);
    await settledOn(stage, token);
    expect(outcomes(stage)).toEqual(["settled"]);
  });

  it.each([20, 90, 300])(
    "[ROT-11] of an image that is deployed %i s after a value was put back is that deployment's",
    async (seconds) => {
      const stage = await world();
      stage.services.faults.broken.add("one:2");
      await stage.putByHand(badToken);
      await until(stage, async () => outcomes(stage).includes("rejected"));
      await stage.clock.pass(seconds * second);
      stage.services.deploy("one", "one:2");
      await stage.clock.pass(3 * hour);
      await settledOn(stage, firstToken);
      expect(outcomes(stage)).toEqual(["rejected", "restored"]);
    },
  );
});

describe("a credential that spreads", () => {
  it.each([
    ["every other answer", () => (count: number) => count % 2 === 0],
    ["answers by chance", () => chance(7)],
  ])("[ROT-12] is waited for while half of HEC's nodes know it: %s", async (_how, knows) => {
    const stage = await world();
    create(stage, goodToken);
    const spread = stage.clock.now() + 5 * minute;
    let asked = 0;
    const isKnown = knows();
    stage.instead = ({ url, token }) =>
      url.startsWith(hecUrl) && token === goodToken && stage.clock.now() < spread && !isKnown(asked++)
        ? Response.json({ text: "Invalid token", code: 4 }, { status: 403 })
        : undefined;
    await stage.putByHand(goodToken);
    await stage.clock.pass(4 * minute);
    expect(stage.services.rolls).toEqual([]);
    expect(outcomes(stage)).toEqual([]);
    await stage.clock.pass(hour);
    await settledOn(stage, goodToken);
    expect(outcomes(stage)).toEqual(["settled"]);
  });

  it("[ROT-12] holds up no other secret: a bad Google pair is put back while ACS takes twenty minutes", async () => {
    const stage = await world({ google: true, acsDelayMs: 20 * minute });
    const ends = stage.clock.now() + 20 * minute;
    stage.instead = ({ url, method }) =>
      url.startsWith(adminUrl) && method !== "GET" && stage.clock.now() < ends
        ? Response.json({}, { status: 424 })
        : undefined;
    create(stage, goodToken);
    await stage.putByHand(goodToken);
    await stage.clock.pass(2 * minute);
    const put = stage.clock.now();
    const google = "/prod/mcp/google";
    const SecretString = JSON.stringify(googlePair("GOCSPX-wrong"));
    await stage.secrets.ask("PutSecretValue", { SecretId: google, SecretString });
    const current = async () => {
      const { versions } = await stage.secrets.store.describe(google);
      const id = versions.find(({ labels }) => labels.includes("AWSCURRENT"))?.id ?? "";
      return stage.secrets.store.read(google, id);
    };
    await until(stage, async () => (await current())?.includes("GOCSPX-good") === true);
    expect(stage.clock.now() - put).toBeLessThan((5 + 2) * minute);
  });
});

describe("a task that read a value which was current for a moment", () => {
  it.each([
    ["put again", (stage: World) => stage.putByHand(firstToken)],
    ["made current again", (stage: World) => stage.makeCurrent(firstToken)],
  ])("[ROT-13] is rolled, though the good one was %s before the planner looked", async (_how, correct) => {
    const stage = await world({ plannerEveryMs: 5 * minute });
    await stage.clock.pass(6 * minute);
    await stage.putByHand(badToken);
    await stage.clock.pass(3 * second);
    stage.services.replace("one");
    await correct(stage);
    expect(onto(stage, firstToken)).toBe(1);
    await stage.clock.pass(2 * hour);
    await settledOn(stage, firstToken);
    const rolls = stage.services.rolls.length;
    await stage.clock.pass(2 * hour);
    expect(stage.services.rolls).toHaveLength(rolls);
  });
});

it.each([1, 20, 40])(
  "[ROT-13] a consumer that leaves the map counts until its tasks have ended: %i s",
  async (seconds) => {
    const stage = await world();
    await stage.rotate();
    await stage.clock.pass(seconds * second);
    stage.map = {
      ...stage.map,
      secrets: stage.map.secrets.map((secret) =>
        secret.key === "splunk" ? { ...secret, services: ["two", "zero"] } : secret,
      ),
    };
    const removed = stage.services.remove("one", 5 * minute);
    await stage.clock.pass(hour);
    await removed;
    await settledOn(stage, await stage.token());
    expect(stage.refusals).toEqual([]);
  },
);

it("[ROT-8] a deployment that is complete and has no tasks is rolled, not waited for", async () => {
  const stage = await world();
  await stage.rotate();
  await until(stage, async () => stage.services.rolls.includes("one"));
  await stage.clock.pass(16 * second);
  stage.services.stop("one");
  await stage.clock.pass(hour);
  await settledOn(stage, await stage.token());
  expect(stage.services.valuesInUse("one")).toHaveLength(2);
});

/** The same answers in each run, as likely yes as no. */
function chance(seed: number): () => boolean {
  let state = seed;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return ((state ^ (state >>> 13)) & 64) === 0;
  };
}
