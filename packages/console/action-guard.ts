import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Header that carries the page's token; a page of another origin cannot send it without asking first (CORS). */
export const tokenHeader = "x-console-token";

/** Who may act. The page of an earlier start is of this origin too, and shows a fleet that is gone. */
export interface ActionGuard {
  /** Only in the console's page; new at each start. */
  readonly token: string;
  /** Why a request may not act. */
  refuseAction(request: IncomingMessage): string | undefined;
}

export function createActionGuard(): ActionGuard {
  const token = randomBytes(24).toString("base64url");
  return {
    token,
    refuseAction({ headers }) {
      const given = headers[tokenHeader];
      if (typeof given === "string" && same(given, token)) return undefined;
      return "The page is from an earlier start of the console. Reload it.";
    },
  };
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
