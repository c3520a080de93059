/** The balancer's own answers, in the words and the HTML of the real one. */
const titles = {
  301: "301 Moved Permanently",
  302: "302 Found",
  400: "400 Bad Request",
  408: "408 Request Time-out",
  431: "431 Request Header Fields Too Large",
  502: "502 Bad Gateway",
  503: "503 Service Temporarily Unavailable",
  504: "504 Gateway Time-out",
} as const;

export type PageStatus = keyof typeof titles;
export type ErrorStatus = Exclude<PageStatus, 301 | 302>;

/** What the real balancer calls itself. */
export const serverName = "awselb/2.0";

interface Page {
  readonly body: string;
  readonly headers: string[];
}

/** Body and headers of an answer the balancer writes itself. */
export function page(status: PageStatus, ...more: readonly string[]): Page {
  const body = html(status);
  const headers = ["Server", serverName, "Content-Type", "text/html", "Content-Length", String(body.length), ...more];
  return { body, headers };
}

/** For what no balancer would be asked on AWS, so the answer names none. */
export function nobodyPage(why: string): Page {
  const body = `${why}\n`;
  const length = String(Buffer.byteLength(body));
  return { body, headers: ["Content-Type", "text/plain; charset=utf-8", "Content-Length", length] };
}

function html(status: PageStatus): string {
  const title = titles[status];
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

/** The same as bytes on the wire, for a connection that has no response object (malformed requests, upgrades). */
export function rawErrorPage(status: ErrorStatus): string {
  return rawPage(titles[status], page(status));
}

export function rawPage(title: string, { body, headers }: Page): string {
  const lines = [`HTTP/1.1 ${title}`];
  for (let index = 0; index + 1 < headers.length; index += 2) lines.push(`${headers[index]}: ${headers[index + 1]}`);
  lines.push(`Date: ${new Date().toUTCString()}`);
  return `${lines.join("\r\n")}\r\nConnection: close\r\n\r\n${body}`;
}
