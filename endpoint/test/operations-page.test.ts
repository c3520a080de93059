import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { operationsPage, pagePath } from "#endpoint/operations-page.ts";

it("OPERATIONS.md lists what the running services answer; `npm run docs -w endpoint` brings it up to date", async () => {
  expect(await readFile(pagePath, "utf8")).toBe(await operationsPage());
});
