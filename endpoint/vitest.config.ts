import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "endpoint",
    // As in the whole suite: Vitest does not run projects together whose numbers differ.
    maxWorkers: 3,
    include: ["test/**/*.test.ts"],
    // They end what hangs. A test that promises a time measures it itself.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A third of their time would go into loading the same SDK clients for each file.
    isolate: false,
  },
});
