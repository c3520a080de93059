import { expect, it } from "vitest";
import { parseOptions } from "#start/options.ts";

it("npm start follows what is saved by default", () => {
  expect(parseOptions([])).toMatchObject({ mode: "stay", watch: true });
  expect(parseOptions(["--no-watch"])).toMatchObject({ mode: "stay", watch: false });
});
