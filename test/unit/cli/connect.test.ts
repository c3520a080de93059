import { describe, expect, it } from "vitest";
import { lineFor, settingsFor } from "#cli/connect/client.ts";
import { didYouMean } from "#fleet/nearest.ts";

const url = "https://slack.mcp.example.com/mcp";

describe("what an MCP client is given", () => {
  it("needs no authority on AWS, and has none there", () => {
    const aws = { name: "slack", url, ca: undefined };
    expect(lineFor(aws)).toBe(`npx mcp-remote ${url}`);
    expect(settingsFor(aws, "http")).toEqual({ mcpServers: { slack: { type: "http", url } } });
    expect(settingsFor(aws, "stdio")).toEqual({
      mcpServers: { slack: { command: "npx", args: ["-y", "mcp-remote", url] } },
    });
  });

  it("can be pasted, whatever the project's folder is called", () => {
    const line = lineFor({ name: "slack", url, ca: "/home/o'neill/my fleet/ca.pem" });
    expect(line).toBe(String.raw`NODE_EXTRA_CA_CERTS='/home/o'\''neill/my fleet/ca.pem' npx mcp-remote ${url}`);
  });
});

it.each([
  ["evrything", 'Did you mean "everything"? '],
  ["Everything", 'Did you mean "everything"? '],
  ["goggle", 'Did you mean "google"? '],
  ["nope", ""],
  ["", ""],
  ["x".repeat(100_000), ""],
])("for %s the nearest known word is meant:%s", (typed, hint) => {
  expect(didYouMean(typed, ["google", "everything", "a"])).toBe(hint);
});
