import { defineTool, text } from "#sidecar";

export default defineTool({
  name: "whoami",
  title: "Who am I",
  description: "Shows who is logged in.",
  input: {},
  run: (_, { caller }) => text(caller.email ?? caller.subject),
});
