// A server as in a container: on every address, with its environment as the answer.
import { createServer } from "node:http";

const [host, port = "0"] = process.argv.slice(2);
const server = createServer((_request, response) => response.end("its environment"));
server.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
const listening = () => console.log(JSON.stringify(server.address()));
if (host === "none") server.listen(Number(port), listening);
else server.listen({ host, port }, listening);
