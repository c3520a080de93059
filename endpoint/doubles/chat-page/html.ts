export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A link that leads to the web, and no other. */
export function link(url: string, label: string, className: string): string {
  const href = /^https?:/.test(url) ? escapeHtml(url) : "#";
  return `<a class="${className}" href="${href}">${label}</a>`;
}
