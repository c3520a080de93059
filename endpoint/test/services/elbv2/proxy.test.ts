import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { createServer as createSecureServer } from "node:https";
import { text } from "node:stream/consumers";
import {
  DeregisterTargetsCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { listen } from "#endpoint/services/elbv2/balancer/local-port.ts";
import {
  addGroup,
  addRule,
  ask,
  type Cloud,
  type Fleet,
  hostIs,
  open,
  openCloud,
  openFleet,
  reaches,
  registerHealthy,
} from "./cloud.ts";
import { type Origin, openOrigin, portOf, sendRaw } from "./origin.ts";

let cloud: Cloud;
let fleet: Fleet;
let priority = 100;
const origins: Origin[] = [];

const at = (host: string, path = "/") => `https://${host}.mcp.localhost:${fleet.httpsPort}${path}`;

/** A host of its own with one target for each listener. */
async function service(
  host: string,
  ...listeners: Parameters<typeof openOrigin>[0][]
): Promise<{ group: string; targets: Origin[] }> {
  const group = await addGroup(cloud, `tg-${host}`);
  priority += 1;
  await addRule(cloud, fleet.https, priority, [hostIs(`${host}.mcp.localhost`)], group);
  const targets: Origin[] = [];
  for (const listener of listeners) targets.push(await openOrigin(listener));
  origins.push(...targets);
  await Promise.all(targets.map(({ target }) => registerHealthy(cloud, group, target)));
  return { group, targets };
}

beforeAll(async () => {
  cloud = await openCloud();
  fleet = await openFleet(cloud);
});

afterAll(async () => {
  await cloud.close();
  await Promise.all(origins.map((origin) => origin.close()));
});

describe("passing requests on", () => {
  it("keeps Host, method, path and body, and adds who asked for what", async () => {
    await service("echo", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { method, url, headers } = request;
        response.setHeader("set-cookie", ["a=1", "b=2"]);
        response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
      });
    });
    const headers = { "x-forwarded-for": "203.0.113.7", connection: "keep-alive, x-private", "x-private": "1" };
    const answer = await ask(cloud, at("echo", "/mcp?a=%2F"), { method: "POST", headers, body: "hello" });
    const echo = JSON.parse(answer.body);
    expect(echo).toMatchObject({ method: "POST", url: "/mcp?a=%2F", body: "hello" });
    expect(echo.headers).toMatchObject({
      host: `echo.mcp.localhost:${fleet.httpsPort}`,
      "x-forwarded-for": "203.0.113.7, 127.0.0.1",
      "x-forwarded-proto": "https",
      "x-forwarded-port": String(fleet.httpsPort),
      "x-amzn-trace-id": expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    });
    expect(echo.headers).not.toHaveProperty("x-private");
    expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);

    const large = "x".repeat(300_000);
    const sent = await ask(cloud, at("echo"), {
      method: "PUT",
      headers: { "transfer-encoding": "chunked" },
      body: large,
    });
    expect(JSON.parse(sent.body).body).toBe(large);
  });

  it("passes every byte of an answer, small or large", async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
    await service("bytes", (request, response) => {
      const body = Buffer.concat(Array.from({ length: Number(request.url?.slice(1)) }, () => bytes));
      response.setHeader("content-length", body.length);
      response.end(body);
    });
    for (const times of [1, 1000]) {
      const answer = await ask(cloud, at("bytes", `/${times}`), {}, "latin1");
      expect(answer.body.length).toBe(256 * times);
      expect(answer.body.endsWith(bytes.toString("latin1"))).toBe(true);
    }
  });

  it("passes every byte of a body on, whether or not its length is known, to a slow target", async () => {
    await service("upload", (request, response) => {
      const hash = createHash("sha256");
      setImmediate(() => request.on("data", (chunk) => hash.update(chunk)));
      request.on("end", () => response.end(`${request.headers["transfer-encoding"]} ${hash.digest("hex")}`));
    });
    const body = randomBytes(4 * 1024 * 1024);
    const digest = createHash("sha256").update(body).digest("hex");
    for (const [header, value, expected] of [
      ["content-length", String(body.length), "undefined"],
      ["transfer-encoding", "chunked", "chunked"],
    ] as const) {
      const request = open(cloud, at("upload"), { method: "POST", headers: { [header]: value } });
      request.end(body);
      const [response] = await once(request, "response");
      expect(await text(response)).toBe(`${expected} ${digest}`);
    }
  });

  it("passes on an answer that comes before the body is complete", async () => {
    await service("refusing", (_, response) => response.writeHead(413).end("too much"));
    const request = open(cloud, at("refusing"), { method: "POST", headers: { "content-length": "8000000" } });
    request.on("error", () => undefined).write(randomBytes(1_000_000));
    const [response] = await once(request, "response");
    expect(response.statusCode).toBe(413);
    expect(await text(response)).toBe("too much");
    request.destroy();
    expect((await ask(cloud, at("refusing"))).status).toBe(413);
  });

  it("reaches targets over HTTPS, whatever their certificate", async () => {
    const { certificate, privateKey } = await cloud.authority.issue(["elsewhere.localhost"]);
    const server = createSecureServer({ cert: certificate, key: privateKey }, (_, response) => response.end("secure"));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const group = await addGroup(cloud, "tg-secure", { Protocol: "HTTPS", HealthCheckProtocol: "HTTPS" });
    await addRule(cloud, fleet.https, 99, [hostIs("secure.mcp.localhost")], group);
    await registerHealthy(cloud, group, { id: "127.0.0.1", port: portOf(server) });
    for (let time = 0; time < 2; time++) expect((await ask(cloud, at("secure"))).body).toBe("secure");
    server.close();
    server.closeAllConnections();
  });

  it("passes each event of a stream on as it comes, headers first", async () => {
    let send: (event: string) => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      void service("events", (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
        send = (event) => (event === "" ? response.end() : response.write(`data: ${event}\n\n`));
      }).then(() => resolve());
    });
    await opened;
    const response = await new Promise<IncomingMessage>((resolve) => {
      open(cloud, at("events")).on("response", resolve).end();
    });
    expect(response.headers["content-type"]).toBe("text/event-stream");
    const chunks = response[Symbol.asyncIterator]();
    for (const event of ["one", "two"]) {
      send(event);
      expect(String((await chunks.next()).value)).toBe(`data: ${event}\n\n`);
    }
    send("");
    expect((await chunks.next()).done).toBe(true);
  });

  it("ends the target's request when the client goes away", async () => {
    const gone = new Promise<void>((resolve) => {
      void service("leaver", (request, response) => {
        response.writeHead(200).flushHeaders();
        request.once("close", resolve);
      }).then(() => {
        const request = open(cloud, at("leaver")).on("response", () => request.destroy());
        request.on("error", () => undefined).end();
      });
    });
    await gone;
  });

  it("relays WebSockets", async () => {
    const sockets = new WebSocketServer({ noServer: true });
    const { targets } = await service("socket", (_, response) => response.writeHead(426).end("sockets only"));
    targets[0]?.server.on("upgrade", (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (peer) => peer.on("message", (data) => peer.send(`echo ${data}`)));
    });
    const client = new WebSocket(at("socket", "/ws").replace("https", "wss"), {
      ca: cloud.authority.ca,
      lookup: (_, options, done) =>
        options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4),
    });
    const answer = await new Promise<string>((resolve, reject) => {
      client
        .on("open", () => client.send("hello"))
        .on("message", (data) => resolve(String(data)))
        .on("error", reject);
    });
    expect(answer).toBe("echo hello");
    client.terminate();
  });

  it("speaks HTTP/2 with clients that want it", async () => {
    await service("two", (request, response) => response.end(`${request.httpVersion} ${request.headers.host}`));
    const session = connectHttp2(`https://127.0.0.1:${fleet.httpsPort}`, {
      ca: cloud.authority.ca,
      servername: "two.mcp.localhost",
    });
    const body = await new Promise<string>((resolve, reject) => {
      const stream = session.request({ ":path": "/", ":authority": "two.mcp.localhost" });
      let text = "";
      stream.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      stream.on("end", () => resolve(text)).on("error", reject);
    });
    session.close();
    expect(body).toBe("1.1 two.mcp.localhost");
  });

  it("divides requests between healthy targets in turn", async () => {
    await service(
      "turns",
      (_, response) => response.end("a"),
      (_, response) => response.end("b"),
    );
    const bodies = [];
    for (let count = 0; count < 6; count += 1) bodies.push((await ask(cloud, at("turns"))).body);
    expect(bodies.join("")).toMatch(/^(ababab|bababa)$/);
  });

  it("keeps a client on its target with the balancer's cookie if the group is sticky", async () => {
    const { group } = await service(
      "sticky",
      (_, response) => response.end("a"),
      (_, response) => response.end("b"),
    );
    await cloud.elb.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn: group,
        Attributes: [{ Key: "stickiness.enabled", Value: "true" }],
      }),
    );
    const first = await ask(cloud, at("sticky"));
    const cookie = (first.headers["set-cookie"] ?? []).find((one) => one.startsWith("AWSALB="))?.split(";")[0] ?? "";
    for (let count = 0; count < 4; count += 1) {
      expect((await ask(cloud, at("sticky"), { headers: { cookie } })).body).toBe(first.body);
    }
  });
});

describe("when targets fail", () => {
  it("answers 503 for a group without targets", async () => {
    await service("empty");
    const answer = await ask(cloud, at("empty"));
    expect(answer.status).toBe(503);
    expect(answer.body).toContain("<h1>503 Service Temporarily Unavailable</h1>");
    expect(answer.headers.server).toBe("awselb/2.0");
  });

  it("answers 502 for a target that drops or refuses the connection, and checks it at once", async () => {
    const { group, targets } = await service("broken", (request) => request.socket.destroy());
    expect((await ask(cloud, at("broken"), { method: "POST", body: "{}" })).status).toBe(502);
    const [origin] = targets;
    if (origin === undefined) throw new Error("no target");
    const unhealthy = reaches(cloud, group, origin.target, "unhealthy");
    await origin.close();
    expect((await ask(cloud, at("broken"), { method: "POST", body: "{}" })).status).toBe(502);
    await unhealthy;
  });

  it("sends requests to unhealthy targets when there are no others", async () => {
    const group = await addGroup(cloud, "tg-open", { HealthCheckPath: "/nowhere" });
    await addRule(cloud, fleet.https, 50, [hostIs("open.mcp.localhost")], group);
    const origin = await openOrigin((request, response) =>
      response.writeHead(request.url === "/nowhere" ? 500 : 200).end("served"),
    );
    origins.push(origin);
    await cloud.elb.send(
      new RegisterTargetsCommand({
        TargetGroupArn: group,
        Targets: [{ Id: origin.target.id, Port: origin.target.port }],
      }),
    );
    expect(await ask(cloud, at("open"))).toMatchObject({ status: 200, body: "served" });
  });

  it("cuts off an answer that the target cut off", async () => {
    await service("cut", (_, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half");
      setImmediate(() => response.destroy());
    });
    await expect(ask(cloud, at("cut"))).rejects.toThrow();
  });

  it("answers 502 when the target closes a kept-alive connection just as it is used again, and asks nobody else", async () => {
    const used = new WeakSet<object>();
    await service("reset", (request, response) => {
      // As one does whose patience ends before the balancer's: the request crosses the end of the connection.
      if (used.has(request.socket)) request.socket.destroy();
      else response.writeHead(200, { "keep-alive": "timeout=1" }).end("answer");
      used.add(request.socket);
    });
    const answers = [];
    for (let request = 0; request < 4; request++) answers.push((await ask(cloud, at("reset"))).status);
    expect(answers).toEqual([200, 502, 200, 502]);
  });

  it("answers 504 when the target is silent for the idle timeout", async () => {
    const attribute = (Value: string) =>
      cloud.elb.send(
        new ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn: fleet.balancer,
          Attributes: [{ Key: "idle_timeout.timeout_seconds", Value }],
        }),
      );
    await service("silent", () => undefined);
    await attribute("1");
    expect((await ask(cloud, at("silent"))).status).toBe(504);
    await attribute("60");
  });

  it("answers 400 to what is not HTTP and to a request without a host", async () => {
    expect(await sendRaw(fleet.httpPort, "nonsense\r\n\r\n")).toMatch(/^HTTP\/1.1 400 Bad Request\r\nServer: awselb/);
    expect(await sendRaw(fleet.httpPort, "GET / HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1.1 400 Bad Request/);
  });
});

describe("draining", () => {
  it("lets requests in flight finish, sends no new ones, and resolves when it is done", async () => {
    let finish: () => void = () => undefined;
    const started = Promise.withResolvers<void>();
    const { group, targets } = await service("drain", (_, response) => {
      finish = () => response.end("finished");
      started.resolve();
    });
    const [origin] = targets;
    if (origin === undefined) throw new Error("no target");
    const inFlight = ask(cloud, at("drain"));
    await started.promise;
    let drained = false;
    const done = cloud.elbv2.targets.deregister(group, origin.target).then(() => {
      drained = true;
    });
    expect(cloud.elbv2.targets.health(group, origin.target)).toBe("draining");
    expect((await ask(cloud, at("drain"))).status).toBe(503);
    expect(drained).toBe(false);
    finish();
    expect((await inFlight).body).toBe("finished");
    await done;
    expect(cloud.elbv2.targets.health(group, origin.target)).toBe("unused");
  });

  it("fails no request while targets come and go", async () => {
    const { group, targets } = await service("rolling", (_, response) => response.end("ok"));
    let rolling = true;
    const statuses = new Map<number, number>();
    const client = async () => {
      while (rolling) {
        const { status } = await ask(cloud, at("rolling"), { method: "POST", body: "{}" });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    const clients = [client(), client(), client()];
    let [current] = targets;
    for (let round = 0; round < 3; round += 1) {
      const next = await openOrigin((_, response) => response.end("ok"));
      origins.push(next);
      await registerHealthy(cloud, group, next.target);
      if (current !== undefined) {
        await cloud.elbv2.targets.deregister(group, current.target);
        await current.close();
      }
      current = next;
    }
    rolling = false;
    await Promise.all(clients);
    expect([...statuses.keys()]).toEqual([200]);
    expect(statuses.get(200)).toBeGreaterThan(3);
  });

  it("takes back a target that is registered again while it drains", async () => {
    const { group, targets } = await service("back", (_, response) => response.end("ok"));
    const [origin] = targets;
    if (origin === undefined) throw new Error("no target");
    const Targets = [{ Id: origin.target.id, Port: origin.target.port }];
    await cloud.elb.send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets }));
    await registerHealthy(cloud, group, origin.target);
    expect((await ask(cloud, at("back"))).status).toBe(200);
  });
});

describe("ports", () => {
  it("names the taken port and the remedy, and describes no listener that does not serve", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const taken = await openCloud({ https: portOf(other), http: 0 });
    try {
      await expect(openFleet(taken)).rejects.toThrow(
        `cannot listen on 127.0.0.1:${portOf(other)}: the port is taken. Stop what listens there, or choose other ports`,
      );
      await expect(listen(createServer(), portOf(other))).rejects.toThrow("the port is taken");
    } finally {
      await taken.close();
      other.close();
    }
  });
});
