import type { Express, Request } from "express";
import type { LoginCommon } from "../login/routes.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Visitor } from "./serve.ts";

/** Who is admitted: everybody, or those who logged in at the identity provider. */
export type Admission =
  | { readonly kind: "open" }
  | {
      readonly kind: "login";
      readonly sessions: Sessions;
      /** Adds the routes of the login; returns how a request to `/mcp` is admitted. */
      install(app: Express, parts: DoorParts): (req: Request) => Promise<Visitor>;
    };

export type DoorParts = Pick<LoginCommon, "audit" | "log" | "shareWithPages"> & {
  readonly isOwnHost: (req: Request) => boolean;
};

/** Not admitted: RFC 6750's answer, which says where to log in. */
export class NotAdmitted extends Error {
  readonly challenge: string;

  constructor(message: string, challenge: string) {
    super(message);
    this.name = "NotAdmitted";
    this.challenge = challenge;
  }
}
