import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: ["test/temporary-folder.ts"],
    // Vitest would leave one of two cores idle, and the end-to-end files mostly wait for processes: each has a
    // deployment, ports and folders of its own.
    maxWorkers: 4,
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          // A third of their time would go into loading the same SDK clients once a file.
          isolate: false,
        },
      },
      {
        test: {
          name: "stacks",
          include: ["test/stacks/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // CDK and SST take longer to load than these tests to run, and templates keep no state worth isolating.
          isolate: false,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
