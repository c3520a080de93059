import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Header that carries the page's token; a page of another origin cannot send it without asking first (CORS). */
export const tokenHeader = "x-console-token";

/**
 * Who may come in. Any page in the operator's browser can reach 127.0.0.1, so neither the address nor a cookie tells
 * the console's own page from another.
 */
export interface Door {
  /** In the console's page and nowhere else; new at each start. */
  readonly token: string;
  /** Why a request is not answered at all: it names another host, as after DNS rebinding. */
  refuse(request: IncomingMessage): string | undefined;
  /** Why a request may not act. */
  refuseAction(request: IncomingMessage): string | undefined;
}

export function openDoor(port: number): Door {
  const token = randomBytes(24).toString("base64url");
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const origins = hosts.map((host) => `http://${host}`);
  return {
    token,
    refuse({ headers }) {
      if (headers.host !== undefined && hosts.includes(headers.host)) return undefined;
      return `The console answers to ${hosts.join(" and ")} only.`;
    },
    refuseAction({ headers }) {
      const { origin } = headers;
      if (origin !== undefined && !origins.includes(origin)) return "This page is not the console.";
      const given = headers[tokenHeader];
      if (typeof given === "string" && same(given, token)) return undefined;
      return "The page is from an earlier start of the console. Load it again.";
    },
  };
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
