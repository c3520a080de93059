import { createServer } from "node:http";

/** A server as in a container: it listens wherever it is told to, and answers every request with its environment. */
const [host] = process.argv.slice(2);
const server = createServer((_request, response) => {
  response.setHeader("access-control-allow-origin", "*");
  response.end(JSON.stringify(process.env));
});
const port = Number(process.env.PORT);
if (host === undefined) server.listen(port);
else server.listen(port, host);
