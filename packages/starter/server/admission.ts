import type { LoginConfig } from "../config.ts";
import type { Google } from "../login/google.ts";
import type { Sessions } from "../sessions/index.ts";

type GoogleLogin = Extract<LoginConfig, { kind: "google" }>;

/** Who is admitted: everybody, or those who logged in at Google. */
export type Admission =
  | { readonly kind: "open" }
  | { readonly kind: "login"; readonly config: GoogleLogin; readonly google: Google; readonly sessions: Sessions };
