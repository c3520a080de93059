import { expect, it } from "vitest";
import { openCatalog } from "#sidecar/calls/catalog.ts";
import { openMetrics } from "#sidecar/calls/metrics.ts";

function namesOf(tools: readonly string[]): readonly string[] {
  const lines: string[] = [];
  const metrics = openMetrics({ namespace: "mcp-fleet", service: "notes", write: (line) => lines.push(line) });
  for (const tool of tools) metrics.call(tool, 0.001);
  metrics.close();
  return lines.map((line) => JSON.parse(line)["gen_ai.tool.name"]);
}

it("[MCP-6] a server with 10,000 tools is 200 metrics, and one for the rest", () => {
  const names = new Set(namesOf(Array.from({ length: 10_000 }, (_, at) => `tool-${at}`)));
  expect(names.size).toBe(201);
  expect(names).toContain("other");
});

it("[MCP-6] a tool's name is what CloudWatch takes as a dimension", () => {
  expect(namesOf(["größe", "a\nb", " ", "", "{}", "x".repeat(2_000)])).toEqual([
    "gr??e",
    "a?b",
    "other",
    "{}",
    "x".repeat(1_024),
  ]);
});

it("[MCP-6] one odd tool hides no other from the audit trail", async () => {
  const tools = [
    { name: 7 },
    { name: "odd", inputSchema: true },
    { name: "say", inputSchema: { properties: { a: {} } } },
  ];
  const catalog = openCatalog(async () => [{ tools }]);
  expect(await catalog.argumentsOf("say")).toEqual(["a"]);
});

it("[MCP-6] a server that was still starting when it was first asked has its tools in the audit trail", async () => {
  const answers = [Promise.reject(new Error("It does not answer.")), Promise.resolve([{ tools: [{ name: "say" }] }])];
  let now = 0;
  const catalog = openCatalog(
    async () => answers.shift() ?? [],
    () => now,
  );
  for (now of [0, 4_999]) expect(await catalog.argumentsOf("say")).toBeUndefined();
  now = 5_000;
  expect(await catalog.argumentsOf("say")).toEqual([]);
});
