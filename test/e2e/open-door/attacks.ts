import { connect } from "node:net";
import { connect as connectTls } from "node:tls";

/** What a page of another site can make a browser send to a port, as it goes over the wire. */
export function attacksOn(port: number): Readonly<Record<string, string>> {
  const own = `127.0.0.1:${port}`;
  const query = new URLSearchParams({
    Action: "CreateStack",
    Version: "2010-05-15",
    StackName: "evil",
    TemplateBody: JSON.stringify({ Resources: { Evil: { Type: "AWS::SSM::Parameter", Properties: parameter } } }),
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "operator/20261128/us-east-1/cloudformation/aws4_request",
  }).toString();
  const form = (type: string, origin: readonly string[] = ["Origin: https://evil.example"]) =>
    message(
      `POST /?${query} HTTP/1.1`,
      [`Host: ${own}`, `Content-Type: ${type}`, "Content-Length: 3", ...origin],
      "a=b",
    );
  return {
    "a rebound name": message("GET / HTTP/1.1", [`Host: evil.example:${port}`]),
    "a rebound name's own page": message(`POST /?${query} HTTP/1.1`, [
      `Host: evil.example:${port}`,
      `Origin: http://evil.example:${port}`,
      "Sec-Fetch-Site: same-origin",
      "Content-Length: 0",
    ]),
    "a form": form("application/x-www-form-urlencoded"),
    "a form of an old browser": form("application/x-www-form-urlencoded", []),
    "a form as text": form("text/plain", []),
    "a form with a file": form("multipart/form-data; boundary=x", []),
    "a form of a sandboxed frame": form("text/plain", ["Origin: null"]),
    "an image": message(`GET /?${query} HTTP/1.1`, [
      `Host: ${own}`,
      "Sec-Fetch-Site: cross-site",
      "Sec-Fetch-Mode: no-cors",
    ]),
    "a frame": message("GET / HTTP/1.1", [`Host: ${own}`, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Dest: iframe"]),
    "another page of this machine": message("GET / HTTP/1.1", [`Host: ${own}`, "Origin: http://localhost:3000"]),
    "a question before a fetch": message("OPTIONS / HTTP/1.1", [
      `Host: ${own}`,
      "Origin: https://evil.example",
      "Access-Control-Request-Method: POST",
      "Access-Control-Request-Headers: authorization,x-amz-target",
      "Access-Control-Request-Private-Network: true",
    ]),
    "a WebSocket": message("GET /v1/data-channel/x HTTP/1.1", [
      `Host: ${own}`,
      "Origin: https://evil.example",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ]),
  };
}

const parameter = { Type: "String", Name: "/evil", Value: "x" };

function message(start: string, headers: readonly string[], body = ""): string {
  return `${[start, ...headers].join("\r\n")}\r\n\r\n${body}`;
}

/** Sends it and returns the head of the answer, "" when there was none in two seconds or the connection was ended. */
export function send(address: string, port: number, bytes: string, tls: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = tls
      ? connectTls({ host: address, port, rejectUnauthorized: false }, () => socket.write(bytes))
      : connect(port, address, () => socket.write(bytes));
    let answer = "";
    const end = () => {
      socket.destroy();
      resolve(answer.split("\r\n\r\n", 1)[0] ?? "");
    };
    socket.setTimeout(2_000, end);
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (answer.includes("\r\n\r\n")) end();
    });
    socket.on("error", end);
    socket.on("close", end);
  });
}

/** Whether a port answers a greeting of TLS. */
export function speaksTls(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTls({ host, port, rejectUnauthorized: false });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(5_000, () => end(false));
    socket.on("secureConnect", () => end(true));
    socket.on("error", () => end(false));
  });
}
