/**
 * Stands for a container in the tests. How it behaves comes from its environment: `BEHAVIOUR` is `serve`, `crash`
 * (ends at once), `eat` (takes more memory than its task has) or `sick` (serves, but answers 500 for its health), `WITH` any text that it hands back.
 */
import { createServer } from "node:http";

const { BEHAVIOUR = "serve", PORT } = process.env;
process.stdout.write(`started as ${BEHAVIOUR} on ${PORT}\n`);
if (BEHAVIOUR === "crash") process.exit(3);
const eaten = BEHAVIOUR === "eat" ? Buffer.alloc(600 * 1_048_576, 1) : Buffer.alloc(0);

const server = createServer((request, response) => {
  if (request.url === "/health") response.writeHead(BEHAVIOUR === "sick" ? 500 : 200).end();
  else response.end(JSON.stringify({ ...process.env, eaten: eaten.length }));
});
server.listen(Number(PORT), "127.0.0.1");
process.on("SIGTERM", () => {
  process.stdout.write("stopped\n");
  process.exit(0);
});
