import { describe, expect, it } from "vitest";
import { openTestClient } from "#sidecar/testing.ts";

const tools = new URL("./tools/", import.meta.url);
const caller = { subject: "1", email: "ada@example.com" };

describe("the tools of the starter, in memory,", () => {
  it("are called by a client of the protocol", async () => {
    const client = await openTestClient(tools);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
      "add",
      "countdown",
      "google_profile",
      "whoami",
    ]);
    const answer = await client.callTool({ name: "add", arguments: { a: 1, b: 2 } });
    expect(answer.content).toEqual([{ type: "text", text: "3" }]);
  });

  it("know who is logged in, and have what Google would answer", async () => {
    const google = { accessToken: async () => "a-token", profile: async () => ({ name: "Ada" }) };
    const client = await openTestClient(tools, { caller, google });
    expect(await client.callTool({ name: "whoami" })).toMatchObject({ content: [{ text: "ada@example.com" }] });
    expect(await client.callTool({ name: "google_profile" })).toMatchObject({ content: [{ text: "Ada" }] });
  });

  it("refuse arguments that they do not describe, and say that there is no login", async () => {
    const client = await openTestClient(tools);
    expect(await client.callTool({ name: "add", arguments: { a: "one" } })).toMatchObject({ isError: true });
    const nobody = await client.callTool({ name: "google_profile" });
    expect(nobody).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("no login") }] });
  });
});
