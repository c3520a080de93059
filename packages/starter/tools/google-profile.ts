import { defineTool, text } from "../tool.ts";

export default defineTool({
  name: "google_profile",
  title: "Google profile",
  description: "Asks Google, with the access of the user who is logged in, for that user's name.",
  input: {},
  run: async (_, { google }) => text((await google.profile()).name ?? "Google knows no name."),
});
