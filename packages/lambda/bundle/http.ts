/**
 * Takes the place of `node:http`, which the SDK imports for endpoints without TLS, such as the local one. As an ES module
 * it loads undici with it, for its `WebSocket`: which doubles Node's start-up time.
 * https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 */
export const { Agent, request, STATUS_CODES } = process.getBuiltinModule("node:http");
