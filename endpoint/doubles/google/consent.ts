import type { GoogleUser } from "./client.ts";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);

/** "Choose an account", with a button for each and one to refuse. The request comes back in the form. */
export function consentPage(request: URLSearchParams, users: readonly GoogleUser[]): string {
  const kept = [...request].map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const accounts = users.map(
    ({ sub, name, email }) =>
      `<p><button name="account" value="${escapeHtml(sub)}">${escapeHtml(name)} (${escapeHtml(email)})</button></p>`,
  );
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Choose an account</title></head><body>` +
    `<h1>Choose an account</h1><p>A stand-in for Google: it knows these accounts and asks for no password.</p>` +
    `<form method="post">${kept.join("")}${accounts.join("")}` +
    `<p><button name="account" value="">Cancel</button></p></form></body></html>`
  );
}
