import { expect, it } from "vitest";
import { quote } from "#cli/shell/quote.ts";

it.each([
  [["/bin/sh"], "/bin/sh"],
  [["redis-cli", "-p", "6379", "get", "a key"], "redis-cli -p 6379 get 'a key'"],
  [["ls | wc -l"], "/bin/sh -c 'ls | wc -l'"],
  [["echo", "it's"], String.raw`echo 'it'\''s'`],
])("writes %j as %s", (words, line) => {
  expect(quote(words)).toBe(line);
});
