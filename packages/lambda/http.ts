/**
 * Takes the place of `node:http`, which the SDK imports for endpoints without TLS, as on one machine. As an ES module
 * it loads undici with it, for its `WebSocket`: as long again as Node takes to start.
 * https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 */
export const { Agent, request, STATUS_CODES } = process.getBuiltinModule("node:http");
