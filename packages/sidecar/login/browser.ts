import type { Request, Response } from "express";
import { authorizationSeconds } from "./records.ts";
import { hashSecret, mintSecret } from "./secret.ts";

/** `__Host-` keeps other hosts of the domain from planting the cookie; it needs https. */
const cookieName = (externalUrl: URL): string => (externalUrl.protocol === "https:" ? "__Host-mcp-login" : "mcp-login");

/** Sets a cookie that only this browser will send back, and returns what to remember of it. */
export function bindBrowser(res: Response, externalUrl: URL): string {
  const secret = readCookie(res.req, cookieName(externalUrl)) ?? mintSecret();
  res.cookie(cookieName(externalUrl), secret, {
    httpOnly: true,
    secure: externalUrl.protocol === "https:",
    // Lax: the way back from Google is a top-level navigation from another site.
    sameSite: "lax",
    path: "/",
    maxAge: authorizationSeconds * 1000,
  });
  return hashSecret(secret);
}

/** True when the request comes from the browser that was bound. */
export function isBound(req: Request, externalUrl: URL, browser: string): boolean {
  const secret = readCookie(req, cookieName(externalUrl));
  return secret !== undefined && hashSecret(secret) === browser;
}

function readCookie(req: Request, name: string): string | undefined {
  for (const pair of (req.headers.cookie ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value !== undefined && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}
