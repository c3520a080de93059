import { expect, it } from "vitest";
import { localCommand } from "#endpoint/services/ecs/local-command.ts";

it("[MCP-4] puts the task's port into the arguments of a program that no shell starts", () => {
  const args = ["server", "--port", "$PORT", `--at=:\${PORT}/mcp`, "$PORTAL", "$HOME"];
  const container = { name: "x", image: "x:1", dockerLabels: { "mcp-fleet.local-command": JSON.stringify(args) } };
  const started = ["server", "--port", "20123", "--at=:20123/mcp", "$PORTAL", "$HOME"];
  expect(localCommand(container, "20123")).toEqual(started);
  expect(localCommand(container, undefined)).toEqual(args);
});
