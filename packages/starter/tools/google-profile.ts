import { defineTool, text } from "#sidecar";

export default defineTool({
  name: "google_profile",
  title: "Google profile",
  description: "Asks Google for the name of the logged-in user, with that user's access.",
  input: {},
  run: async (_, { google }) => text((await google.profile()).name ?? "Google has no name for this user."),
});
