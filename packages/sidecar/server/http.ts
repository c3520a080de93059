/**
 * Node's own HTTP. An `import` of it reads all that it exports, and so loads `WebSocket` with the whole of undici, which
 * takes as long as the start of an empty Node: https://github.com/nodejs/node/blob/v24.x/lib/http.js
 */
export const { Agent, createServer, request } = process.getBuiltinModule("node:http");
