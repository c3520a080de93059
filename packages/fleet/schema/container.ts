import * as v from "valibot";
import { isCredentialCommand } from "../credential.ts";
import { closed, expectation } from "../expectation.ts";
import { list, matching, named, variableName } from "./field.ts";

/** What an entry says of a container, its own or its sidecar's. */
export const Image = v.pipe(
  v.string(),
  v.regex(
    /^(?=.{1,400}$)(?:(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d{1,5})?|[A-Za-z0-9-]+:\d{1,5})\/)?[a-z0-9]+(?:(?:[._-]+|\/)[a-z0-9]+)*(?::\w[\w.-]{0,127}|@sha256:[0-9a-f]{64})$/,
    expectation(
      "an image in lower case with a tag or a digest, such as registry/mcp/slack:1.4.0 or registry/mcp/slack@sha256:…",
      "Write registry/name:tag, without https://; without a tag or digest, there is no telling which version runs.",
    ),
  ),
);

export const Environment = named(
  variableName,
  matching(/^[^\0]*$/, "a text without NUL: variables hold nothing else", "Put it in quotes."),
  "variable",
);

const Use = v.lazy((input) =>
  typeof input === "string" ? v.string() : closed({ secret: v.string(), keys: list(v.string(), "keys of the secret") }),
);
export const Uses = v.array(Use, expectation("a list of secrets' names", 'Write it as a list: ["name"].'));

const command = 'a list of the program and its arguments, such as ["node", "server.ts"]';
export const Command = v.pipe(
  v.array(matching(/^[^\0]*$/, "a text without NUL", "Put it in quotes."), (issue) =>
    expectation(command, `Write it as a list${splitWords(issue.input)}.`),
  ),
  v.minLength(1, expectation(command, "Name the program.")),
  v.check(([program]) => program?.trim() !== "", expectation(command, "Name the program.")),
);

/** `node server.ts` as the list it should be, unless quotes would make that a guess. */
function splitWords(input: unknown): string {
  if (
    typeof input !== "string" ||
    isCredentialCommand(input.split(/\s+/)) ||
    /["'`$\\]/.test(input) ||
    input.trim() === ""
  )
    return "";
  return `: ${JSON.stringify(input.trim().split(/\s+/))}`;
}
