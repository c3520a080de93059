import type { Response } from "express";

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);

const style =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;overflow-wrap:anywhere}" +
  "button{font:inherit;padding:.5rem 1.25rem;margin-right:.5rem}";

/**
 * No script, no frame, no cache. There is no `form-action`: browsers apply it to redirects after a form as well, and
 * this form ends at Google or at the client. https://www.w3.org/TR/CSP3/#directive-form-action
 */
export function sendPage(res: Response, status: number, title: string, body: string): void {
  res
    .status(status)
    .set({
      "Content-Security-Policy":
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
      "Cache-Control": "no-store",
      "Referrer-Policy": "no-referrer",
      "X-Frame-Options": "DENY",
    })
    .type("html")
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        `<title>${escapeHtml(title)}</title><style>${style}</style></head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`,
    );
}

export interface ConsentQuestion {
  readonly id: string;
  /** What the client calls itself, cleaned; anybody may choose any name. */
  readonly clientName: string | undefined;
  /** Whose document describes the client, where one does. */
  readonly clientHost: string | undefined;
  readonly redirectHost: string;
  readonly server: string;
  readonly providerName: string;
}

/**
 * Asked before every trip to the provider. Anybody may register a client here, and the provider knows only this server:
 * without this page, its remembered consent would let an attacker's client in unnoticed (the "confused deputy" of
 * https://modelcontextprotocol.io/specification/2025-11-25/basic/security_best_practices).
 */
export function sendConsentPage(res: Response, question: ConsentQuestion): void {
  sendPage(
    res,
    200,
    `Log in to ${question.server}`,
    `<p><strong><bdi>${escapeHtml(question.clientName ?? "A client without a name")}</bdi></strong>` +
      (question.clientHost === undefined ? "" : ` of <strong>${escapeHtml(question.clientHost)}</strong>`) +
      ` wants to use this server on your behalf. It will get its answer at ` +
      `<strong>${escapeHtml(question.redirectHost)}</strong>. Continue only if you started this.</p>` +
      `<form method="post" action="/consent"><input type="hidden" name="id" value="${escapeHtml(question.id)}">` +
      `<button name="decision" value="allow">Continue with ${escapeHtml(question.providerName)}</button>` +
      `<button name="decision" value="deny">Cancel</button></form>`,
  );
}

export function sendProblemPage(res: Response, status: number, problem: string): void {
  sendPage(res, status, "Login failed", `<p>${escapeHtml(problem)}</p>`);
}
