import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuditClient } from "../audit/client.ts";
import type { Log } from "../log.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Origins } from "./origin.ts";
import type { Visitor } from "./serve.ts";

/** Who is admitted: everybody, or those who logged in at the identity provider. */
export type Admission =
  | { readonly kind: "open" }
  | { readonly kind: "login"; readonly sessions: Sessions; open(parts: DoorParts): Door };

export interface DoorParts extends Pick<Origins, "shareWithPages" | "isOwnHost"> {
  readonly audit: AuditClient;
  readonly log: Log;
}

/** A login, as it is at this server. */
export interface Door {
  /** @throws {NotAdmitted} */
  identify(req: IncomingMessage): Promise<Visitor>;
  /** The routes of the login; `next` is for whatever is none. */
  serve(req: IncomingMessage, res: ServerResponse, next: () => void): void;
}

/** Not admitted: RFC 6750's answer, which says where to log in. */
export class NotAdmitted extends Error {
  readonly challenge: string;

  constructor(message: string, challenge: string) {
    super(message);
    this.name = "NotAdmitted";
    this.challenge = challenge;
  }
}
