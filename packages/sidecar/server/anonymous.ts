import type { Visitor } from "./serve.ts";

const refuse = (what: string) => () =>
  Promise.reject(new Error(`This server has no login, so there is no Google account to ${what}.`));

/** Whoever comes, where nobody has to log in. */
export const anonymous: Visitor = {
  context: {
    caller: { subject: "anonymous" },
    google: { accessToken: refuse("act for"), profile: refuse("ask about") },
  },
  actor: { user: { id: "anonymous" } },
};
