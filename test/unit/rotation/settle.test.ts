import { afterEach, describe, expect, it } from "vitest";
import { firstToken, World } from "./world/world.ts";

const hour = 3_600_000;
const worlds: World[] = [];

async function world(options: Parameters<typeof World.create>[0] = {}): Promise<World> {
  const made = await World.create(options);
  worlds.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((one) => one.stop()));
});

describe("a rotation", () => {
  it("[ROT-1] [ROT-2] [ROT-4] ends with every consumer on the new token, and the old one gone", async () => {
    const stage = await world();
    await stage.rotate();
    await stage.clock.pass(hour);
    const token = await stage.token();
    expect(token).not.toBe(firstToken);
    expect(stage.splunk.tokens.list().map((one) => one.token)).toEqual([token]);
    expect(stage.services.rolls.toSorted()).toEqual(["one", "two"]);
    expect(stage.services.valuesInUse().filter((value) => !value.includes(token))).toEqual([]);
    expect(stage.refusals).toEqual([]);
    expect(await stage.isSettled()).toBe(true);
  });
});
