/** The balancer's own answers, in the words and the HTML of the real one. */
const titles = {
  301: "301 Moved Permanently",
  302: "302 Found",
  400: "400 Bad Request",
  408: "408 Request Time-out",
  502: "502 Bad Gateway",
  503: "503 Service Temporarily Unavailable",
  504: "504 Gateway Time-out",
} as const;

export type PageStatus = keyof typeof titles;
export type ErrorStatus = Exclude<PageStatus, 301 | 302>;

/** What the real balancer calls itself. */
export const serverName = "awselb/2.0";

/** Body and headers of an answer the balancer writes itself. */
export function page(
  status: PageStatus,
  ...more: readonly string[]
): { readonly body: string; readonly headers: string[] } {
  const body = html(status);
  const headers = ["Server", serverName, "Content-Type", "text/html", "Content-Length", String(body.length), ...more];
  return { body, headers };
}

function html(status: PageStatus): string {
  const title = titles[status];
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

/** The same as bytes on the wire, for a connection that has no response object (malformed requests, upgrades). */
export function rawErrorPage(status: ErrorStatus): string {
  const body = html(status);
  return (
    `HTTP/1.1 ${titles[status]}\r\nServer: ${serverName}\r\nDate: ${new Date().toUTCString()}\r\n` +
    `Content-Type: text/html\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
  );
}
