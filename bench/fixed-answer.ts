/** A target that does next to nothing, over HTTP and over HTTPS: what is left is the way there. */
import { once } from "node:events";
import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";

const body = JSON.stringify({ status: "ok", padding: "x".repeat(150) });
const answer: RequestListener = (_, res) => {
  res.writeHead(200, { "Content-Type": "application/json", "Content-Length": body.length });
  res.end(body);
};
const { private: key, cert } = await generate([{ name: "commonName", value: "127.0.0.1" }], { keyType: "ec" });
const http = createHttp(answer).listen(0, "127.0.0.1");
const https = createHttps({ key, cert }, answer).listen(0, "127.0.0.1");
await Promise.all([once(http, "listening"), once(https, "listening")]);
const portOf = (address: AddressInfo | string | null) => (typeof address === "object" ? address?.port : undefined);
console.log(JSON.stringify({ message: "Listening.", port: portOf(http.address()), tls: portOf(https.address()) }));
