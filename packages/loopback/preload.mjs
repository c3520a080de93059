// @ts-check
/**
 * Preloaded into the Node processes of tasks (`NODE_OPTIONS`). In a container a server listens on every address, and
 * only the balancer reaches it. Here it would be open to the network, and its port to every page in the browser: it
 * listens on loopback instead, and a browser's request that did not come through the balancer has to come from one of the
 * server's own pages. Whatever does not run in Node is watched: endpoint/processes/exposure.ts.
 */
import net from "node:net";
import { Duplex } from "node:stream";
import { cameDirectly, refusalOf } from "./door.mjs";

const { listen } = net.Server.prototype;
/** @type {WeakSet<net.Server>} */
const guarded = new WeakSet();
const asks = new Set(["request", "checkContinue", "checkExpectation", "upgrade", "connect"]);

net.Server.prototype.listen = function (/** @type {unknown[]} */ ...args) {
  if (!guarded.has(this)) guard(this);
  return Reflect.apply(listen, this, atHome(args));
};

/** @param {net.Server} server any: HTTP's and TLS's are servers of `net` */
function guard(server) {
  guarded.add(server);
  const { emit } = server;
  /** @typedef {[import("./door.mjs").Visit?, (import("node:http").ServerResponse | Duplex)?]} Asked */
  const guardedEmit = (/** @type {string} */ event, /** @type {Asked} */ ...args) => {
    const [request, response] = args;
    const asked = request !== undefined && response !== undefined && asks.has(event);
    const refusal = asked && cameDirectly(request) ? refusalOf(request, { pages: true }) : undefined;
    if (!asked || refusal === undefined) return Reflect.apply(emit, server, [event, ...args]);
    turnAway(response, refusal);
    return true;
  };
  Object.assign(server, { emit: guardedEmit });
}

/**
 * @param {import("node:http").ServerResponse | Duplex} to a socket, when another protocol was asked for
 * @param {string} refusal
 */
function turnAway(to, refusal) {
  if (to instanceof Duplex) to.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  else to.writeHead(403, { "content-type": "text/plain; charset=utf-8" }).end(`${refusal}\n`);
}

/**
 * The arguments of `listen` with an address on loopback in them: https://nodejs.org/api/net.html#serverlisten
 * @param {readonly unknown[]} args
 */
function atHome(args) {
  const [first, second, ...rest] = args;
  if (typeof first === "object" && first !== null) {
    // A path, a handle or a file descriptor is not an address.
    if (!("port" in first)) return args;
    const host = home("host" in first ? first.host : undefined, "ipv6Only" in first ? first.ipv6Only : undefined);
    return [{ ...first, host, ipv6Only: false }, second, ...rest];
  }
  if (first === undefined || first === null || typeof first === "function") return [0, home(undefined), ...args];
  if (typeof first === "string" && !(Number(first) >= 0)) return args;
  return typeof second === "string" ? [first, home(second), ...rest] : [first, home(undefined), ...args.slice(1)];
}

/**
 * @param {unknown} host
 * @param {unknown} [ipv6Only]
 */
function home(host, ipv6Only) {
  if (typeof host === "string" && /^(?:localhost|::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/i.test(host)) return host;
  return ipv6Only === true ? "::1" : "127.0.0.1";
}
