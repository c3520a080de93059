import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

// Each worker loads CDK and the SDK's clients: two of six seconds are for compiling what was compiled in the last run.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("node_modules/.cache/mcp-fleet", import.meta.url));

// The end-to-end test of `npm test`, in the four minutes that somebody waits before a push: a deploy, and rolls under
// traffic (docs/adr/0020-two-test-commands.md).
const core = ["test/e2e/fleet.test.ts"];
const limits = { testTimeout: 300_000, hookTimeout: 300_000 };

export default defineConfig({
  test: {
    globalSetup: ["@mcp-fleet/testing/temporary-folder.ts"],
    reporters: ["@mcp-fleet/testing/report.ts"],
    // Vitest would leave one of two cores idle, and the end-to-end files often wait for processes: each has a
    // deployment, ports and folders of its own.
    maxWorkers: 3,
    // Limits of time, here and below, end what hangs. What a test promises of time it measures itself.
    projects: [
      {
        test: {
          name: "unit",
          // A service of one's own has its tests beside it.
          include: ["test/unit/**/*.test.ts", "packages/*/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // A third of their time would go into loading the same SDK clients once a file.
          isolate: false,
        },
      },
      "endpoint",
      {
        test: {
          name: "stacks",
          include: ["test/stacks/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // CDK and SST take longer to load than these tests to run, and templates keep no state worth isolating.
          isolate: false,
        },
      },
      {
        test: {
          name: "map",
          include: ["test/map/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
      // Two to three seconds a file for loading the endpoint and the clients; each file closes what it opened.
      { test: { name: "core", include: core, ...limits, isolate: false } },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...core],
          ...limits,
          isolate: false,
        },
      },
    ],
  },
});
