// @ts-check
/**
 * Who may use a port on loopback. Any page in the developer's browser reaches those ports, so the address proves
 * nothing; what the browser says about where a request comes from does, and no script of a page can change that:
 * - `Host` is the name the page used, after DNS rebinding too;
 * - `Origin` comes with every post and every WebSocket, `Sec-Fetch-Site` with everything
 *   (https://developer.mozilla.org/docs/Glossary/Forbidden_request_header);
 * - a form, or a `no-cors` fetch, carries none but three types of content, and no header of the page's choice
 *   (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
 *
 * Plain JavaScript, because tasks have it preloaded, in whichever Node they run.
 */

/**
 * A request of which only the head was read.
 * @typedef {object} Visit
 * @property {string | undefined} [method]
 * @property {string | undefined} [url]
 * @property {import("node:http").IncomingHttpHeaders} headers
 * @property {{ readonly localPort?: number | undefined }} socket
 */

/**
 * What a server accepts besides requests from programs.
 * @typedef {object} DoorRules
 * @property {boolean} [pages] It has its own pages, which may send it further requests.
 * @property {readonly string[] | "all"} [navigations] Paths of pages that another site may link to. A browser may open
 *   them, and do nothing else with them. With "all" its own pages may fetch them too, as nobody knows which those are.
 * @property {boolean} [tls] It speaks TLS, so its own pages have an https origin.
 * @property {readonly string[]} [forms] Beginnings of the paths to which programs post forms without a credential in a
 *   header.
 * @property {string} [credential] The header of the credential that any other form has to have; `authorization` by
 *   default.
 */

const formType = /^\s*(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i;

/**
 * Why a request is refused: answer with 403 before its body is read. Undefined when it is allowed.
 * @param {Visit} request
 * @param {DoorRules} [rules]
 * @returns {string | undefined}
 */
export function refusalOf(request, rules = {}) {
  const { headers } = request;
  const hosts = hostsAt(request.socket.localPort);
  const host = hostOf(request);
  if (host === undefined || !hosts.includes(host.toLowerCase())) {
    return `This server is ${hosts.join(" or ")}, not ${quoted(host)}: it accepts no other name.`;
  }
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  if (isNavigation(path, headers["sec-fetch-site"], rules)) {
    if (headers["sec-fetch-mode"] !== "navigate" || headers["sec-fetch-dest"] !== "document") {
      return "A browser may open this page, and neither fetch nor frame it.";
    }
    if (request.method === "GET") return undefined;
  }
  const scheme = rules.tls === true ? "https" : "http";
  const origins = rules.pages === true ? hosts.map((name) => `${scheme}://${name}`) : [];
  return foreignness(headers, origins) ?? formRefusal(request, path, rules);
}

/**
 * @param {string} path
 * @param {string | string[] | undefined} site
 * @param {DoorRules} rules
 */
function isNavigation(path, site, { navigations = [] }) {
  if (site === undefined) return false;
  return navigations === "all" ? site === "cross-site" || site === "same-site" : navigations.includes(path);
}

/**
 * @param {Visit["headers"]} headers
 * @param {readonly string[]} origins those whose pages may ask
 */
function foreignness({ origin, "sec-fetch-site": site }, origins) {
  if (origin !== undefined && !origins.includes(origin.toLowerCase())) {
    return `Pages of ${quoted(origin)} may not ask this server anything.`;
  }
  if (site === undefined || site === "none" || (site === "same-origin" && origins.length > 0)) return undefined;
  return "Another site sent the browser here. To open this address yourself, type or paste it.";
}

/**
 * @param {Visit} request
 * @param {string} path
 * @param {DoorRules} rules
 */
function formRefusal({ method, headers }, path, { forms = [], credential = "authorization" }) {
  const type = headers["content-type"];
  if (method !== "POST" || type === undefined || !formType.test(type)) return undefined;
  if (headers[credential] !== undefined || forms.some((prefix) => path.startsWith(prefix))) return undefined;
  return `Content-Type ${quoted(type)} is what a web page can send: send application/json, or the header ${credential}.`;
}

/**
 * Whether a request was sent to the port it arrived at. A browser names the port it connects to; the balancer passes
 * on the name that its client used.
 * @param {Visit} request
 */
export function cameDirectly(request) {
  const { localPort } = request.socket;
  const port = /:(\d+)$/.exec(hostOf(request) ?? "")?.[1];
  return hostOf(request) === undefined || port === String(localPort) || (port === undefined && localPort === 80);
}

/** @param {Visit} request */
function hostOf({ headers }) {
  const authority = headers[":authority"];
  return headers.host ?? (typeof authority === "string" ? authority : undefined);
}

/** @param {number | undefined} port */
function hostsAt(port) {
  return ["127.0.0.1", "localhost"].map((name) => (port === 80 ? name : `${name}:${port}`));
}

/** @param {string | undefined} text */
function quoted(text) {
  return text === undefined ? "a request without a Host" : JSON.stringify(text.slice(0, 100));
}
