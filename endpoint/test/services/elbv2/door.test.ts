import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { Agent, request as httpsRequest } from "node:https";
import { connect as connectTcp, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { RequestCertificateCommand } from "@aws-sdk/client-acm";
import {
  CreateListenerCommand,
  DeleteLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  type ChangeAction,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type WebSocket, WebSocketServer, WebSocket as WsClient } from "ws";
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
  registerHealthy,
} from "./cloud.ts";
import { type Origin, openOrigin, portOf, sendRaw } from "./origin.ts";

const shards = ["one", "two", "three"] as const;
type Shard = (typeof shards)[number];

let cloud: Cloud;
let dns: Route53Client;
let zone = "";
const fleets = new Map<Shard, Fleet>();
const dnsNames = new Map<Shard, string>();
const origins: Origin[] = [];

beforeAll(async () => {
  cloud = await openCloud();
  dns = new Route53Client(cloud.served.client);
  const made = await dns.send(new CreateHostedZoneCommand({ Name: "localhost", CallerReference: "door" }));
  zone = made.HostedZone?.Id ?? "";
  for (const shard of shards) {
    const fleet = await openFleet(cloud, shard);
    fleets.set(shard, fleet);
    const described = await cloud.elb.send(new DescribeLoadBalancersCommand({ Names: [shard] }));
    dnsNames.set(shard, described.LoadBalancers?.[0]?.DNSName ?? "");
    const origin = await openOrigin((request, response) => {
      if (request.url !== "/events") return void response.end(`${shard} ${request.headers.host}`);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: first\n\n");
    });
    new WebSocketServer({ server: origin.server }).on("connection", (socket: WebSocket) =>
      socket.on("message", (data) => socket.send(`${shard} ${data}`)),
    );
    origins.push(origin);
    const group = await addGroup(cloud, `tg-${shard}`);
    // Each takes every host: which one answers is the door's doing alone.
    await addRule(cloud, fleet.https, 1, [hostIs("*")], group);
    await registerHealthy(cloud, group, origin.target);
    await lead("UPSERT", `${shard}.mcp.localhost`, shard);
  }
});

afterAll(async () => {
  dns.destroy();
  await cloud.close();
  await Promise.all(origins.map((origin) => origin.close()));
});

const of = (shard: Shard) => fleets.get(shard) ?? { balancer: "", https: "", http: "", httpsPort: 0, httpPort: 0 };
const httpsPort = () => of("one").httpsPort;
const at = (host: string, path = "/") => `https://${host}.mcp.localhost:${httpsPort()}${path}`;
const answered = async (host: string) => (await ask(cloud, at(host))).body.split(" ")[0];

function change(Action: ChangeAction, ResourceRecordSet: ResourceRecordSet) {
  const ChangeBatch = { Changes: [{ Action, ResourceRecordSet }] };
  return dns.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch }));
}

function lead(action: ChangeAction, Name: string, to: Shard) {
  const AliasTarget = {
    HostedZoneId: "Z35SXDOTRQ7X7K",
    DNSName: dnsNames.get(to) ?? "",
    EvaluateTargetHealth: false,
  };
  return change(action, { Name, Type: "A", AliasTarget });
}

const cname = (Name: string, Value: string): ResourceRecordSet => ({
  Name,
  Type: "CNAME",
  TTL: 60,
  ResourceRecords: [{ Value }],
});

describe("the door that balancers share", () => {
  it("[STR-7] is one port, and leads each host to the balancer of its record", async () => {
    expect(new Set(shards.map((shard) => of(shard).httpsPort)).size).toBe(1);
    expect(new Set(shards.map((shard) => of(shard).httpPort)).size).toBe(1);
    expect(await Promise.all(shards.map(answered))).toEqual([...shards]);
    const redirect = await ask(cloud, `http://three.mcp.localhost:${of("one").httpPort}/a?b=1`);
    expect(redirect).toMatchObject({ status: 301, headers: { location: at("three", "/a?b=1") } });
  });

  it("[STR-7] follows a record that changes, also on open connections", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: cloud.authority.ca });
    const local = { host: "127.0.0.1", port: httpsPort(), servername: "moved.mcp.localhost", agent };
    const sockets = new Set<unknown>();
    const get = async () => {
      const request = httpsRequest({ ...local, headers: { host: "moved.mcp.localhost" } }).end();
      const [response] = await once(request, "response");
      sockets.add(request.socket);
      return `${response.statusCode} ${(await text(response)).split(" ")[0]}`;
    };
    expect(await get()).toBe("404 No");
    // As a record of Route 53 is, it is known everywhere a moment later.
    await lead("CREATE", "moved.mcp.localhost", "two");
    await vi.waitFor(async () => expect(await get()).toBe("200 two"));
    await lead("UPSERT", "moved.mcp.localhost", "three");
    await vi.waitFor(async () => expect(await get()).toBe("200 three"));
    await lead("DELETE", "moved.mcp.localhost", "three");
    await vi.waitFor(async () => expect(await get()).toBe("404 No"));
    expect(sockets.size).toBe(1);
    agent.destroy();
  });

  it("[STR-7] obeys wildcards, names that hide them, and records that point to records", async () => {
    await lead("CREATE", "*.wild.mcp.localhost", "two");
    await lead("CREATE", "deep.own.wild.mcp.localhost", "three");
    await change("CREATE", {
      Name: "text.wild.mcp.localhost",
      Type: "TXT",
      TTL: 60,
      ResourceRecords: [{ Value: '"x"' }],
    });
    // Without a server name in the handshake: of names this deep the certificate says nothing.
    const met = async (name: string) => {
      const headers = { host: `${name}.mcp.localhost` };
      return (await ask(cloud, `https://127.0.0.1:${httpsPort()}/`, { headers })).body;
    };
    await vi.waitFor(async () => expect(await met("any.wild")).toMatch(/^two /));
    await vi.waitFor(async () => expect(await met("a.b.wild")).toMatch(/^two /));
    await vi.waitFor(async () => expect(await met("deep.own.wild")).toMatch(/^three /));
    for (const hidden of ["own.wild", "other.own.wild", "text.wild"]) expect(await met(hidden)).toContain("NXDOMAIN");

    await change("CREATE", cname("alias.mcp.localhost", "any.wild.mcp.localhost."));
    await vi.waitFor(async () => expect(await met("alias")).toMatch(/^two /));
    await change("CREATE", cname("stack.mcp.localhost", `dualstack.${dnsNames.get("three")}`));
    await vi.waitFor(async () => expect(await met("stack")).toMatch(/^three /));
    await change("CREATE", cname("circle.mcp.localhost", "circle.mcp.localhost"));
    await vi.waitFor(async () => expect(await met("circle")).toContain("lead to each other"));
    await change("CREATE", cname("away.mcp.localhost", "elsewhere.example.com"));
    const led = "The record of away.mcp.localhost leads to elsewhere.example.com, which is not a balancer here.\n";
    await vi.waitFor(async () => expect(await met("away")).toBe(led));
  });

  it("[AWS-10] follows the heaviest of several records, and the primary", async () => {
    const weighted = (to: Shard, Weight: number) =>
      change("CREATE", { ...cname("heavy.mcp.localhost", dnsNames.get(to) ?? ""), SetIdentifier: to, Weight });
    await weighted("one", 10);
    await weighted("three", 200);
    await weighted("two", 50);
    await vi.waitFor(async () => expect(await answered("heavy")).toBe("three"));
    const failover = (to: Shard, Failover: "PRIMARY" | "SECONDARY") =>
      change("CREATE", { ...cname("safe.mcp.localhost", dnsNames.get(to) ?? ""), SetIdentifier: to, Failover });
    await failover("one", "SECONDARY");
    await failover("two", "PRIMARY");
    await vi.waitFor(async () => expect(await answered("safe")).toBe("two"));
  });

  it("[STR-7] explains that a host has no record, and passes a request by address to a balancer", async () => {
    expect(await ask(cloud, at("nobody"))).toMatchObject({
      status: 404,
      body: "No record in Route 53 leads nobody.mcp.localhost to a balancer: on AWS the name would not resolve (NXDOMAIN).\n",
    });
    expect((await ask(cloud, `http://nobody.mcp.localhost:${of("one").httpPort}/`)).status).toBe(404);
    const handshake =
      "GET / HTTP/1.1\r\nHost: nobody.mcp.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    expect(await sendRaw(of("one").httpPort, handshake)).toMatch(/^HTTP\/1.1 404 Not Found\r\n.*NXDOMAIN/s);
    const byAddress = { headers: { host: `127.0.0.1:${httpsPort()}` } };
    expect((await ask(cloud, at("one"), byAddress)).body).toBe(`one 127.0.0.1:${httpsPort()}`);
  });

  it("[STR-7] serves every host of an HTTP/2 connection, as browsers share one", async () => {
    const session = connectHttp2(`https://127.0.0.1:${httpsPort()}`, {
      ca: cloud.authority.ca,
      servername: "two.mcp.localhost",
    });
    const get = (shard: Shard) => text(session.request({ ":path": "/", ":authority": `${shard}.mcp.localhost` }));
    expect(await Promise.all(shards.map(get))).toEqual(shards.map((shard) => `${shard} ${shard}.mcp.localhost`));
    session.close();
  });

  it("[STR-7] passes websockets and server-sent events", async () => {
    const client = new WsClient(at("three").replace("https:", "wss:"), {
      ca: cloud.authority.ca,
      lookup: (_, options, done) =>
        options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4),
    });
    await once(client, "open");
    client.send("hello");
    expect(String((await once(client, "message"))[0])).toBe("three hello");
    client.terminate();
    const request = open(cloud, at("two", "/events")).end();
    const [response] = await once(request, "response");
    expect(String((await once(response, "data"))[0])).toBe("data: first\n\n");
    request.destroy();
  });

  it("[STR-7] keeps each balancer's certificates and TLS versions", async () => {
    const { CertificateArn } = await cloud.certificates.send(
      new RequestCertificateCommand({ DomainName: "own.localhost" }),
    );
    await lead("CREATE", "own.localhost", "three");
    await cloud.elb.send(
      new ModifyListenerCommand({
        ListenerArn: of("three").https,
        Certificates: [{ CertificateArn }],
        SslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06",
      }),
    );
    const handshake = async (servername: string, maxVersion: "TLSv1.2" | "TLSv1.3") => {
      const socket = connectTls({
        host: "127.0.0.1",
        port: httpsPort(),
        servername,
        maxVersion,
        ca: cloud.authority.ca,
      });
      await once(socket, "secureConnect");
      const subject = socket.getPeerCertificate().subjectaltname;
      socket.destroy();
      return subject;
    };
    expect(await handshake("own.localhost", "TLSv1.3")).toContain("DNS:own.localhost");
    await expect(handshake("own.localhost", "TLSv1.2")).rejects.toThrow("protocol version");
    expect(await handshake("one.mcp.localhost", "TLSv1.2")).toContain("DNS:*.mcp.localhost");
  });

  it("waits for a client that is slow to name its host", async () => {
    const socket = connectTcp(of("one").httpPort, "127.0.0.1");
    await once(socket, "connect");
    const words = "GET /slow HTTP/1.1\r\nHost: two.mcp.localhost\r\nConnection: close\r\n\r\n";
    for (const character of words) await new Promise<void>((resolve) => socket.write(character, () => resolve()));
    expect(await text(socket)).toContain("https://two.mcp.localhost");
    const relay = createServer((near) => {
      const far = connectTcp({ port: httpsPort(), host: "127.0.0.1", noDelay: true });
      near.on("data", (chunk) => chunk.forEach((byte) => void far.write(Buffer.of(byte))));
      far.pipe(near);
    }).listen(0, "127.0.0.1");
    await once(relay, "listening");
    const secure = connectTls({
      host: "127.0.0.1",
      port: portOf(relay),
      servername: "two.mcp.localhost",
      ca: cloud.authority.ca,
    });
    await once(secure, "secureConnect");
    secure.write("GET / HTTP/1.1\r\nHost: two.mcp.localhost\r\nConnection: close\r\n\r\n");
    expect(await text(secure)).toContain("two two.mcp.localhost");
    relay.close();
  });

  it("[STR-7] counts connections and requests with the balancer that had them", async () => {
    await cloud.elbv2.publishMetrics();
    cloud.data.length = 0;
    for (let count = 0; count < 3; count++) await answered("two");
    await ask(cloud, at("nobody"));
    await cloud.elbv2.publishMetrics();
    const sum = (metric: string, shard: Shard) =>
      cloud.data
        .filter((datum) => datum.metric === metric && Object.keys(datum.dimensions).length === 1)
        .filter(({ dimensions }) => of(shard).balancer.endsWith(dimensions.LoadBalancer ?? "?"))
        .reduce((total, { value }) => total + value, 0);
    expect(shards.map((shard) => sum("RequestCount", shard))).toEqual([0, 3, 0]);
    expect(sum("NewConnectionCount", "two")).toBe(3);
  });

  it("explains that a host's balancer does not serve this port", async () => {
    const { Listeners: [listener] = [] } = await cloud.elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: of("one").balancer,
        Protocol: "HTTP",
        Port: 9090,
        DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } }],
      }),
    );
    const port = cloud.elbv2.localPort(of("one").balancer, 9090);
    expect(listener?.Port).toBe(9090);
    expect((await ask(cloud, `http://one.mcp.localhost:${port}/`)).status).toBe(200);
    expect(await ask(cloud, `http://two.mcp.localhost:${port}/`)).toMatchObject({
      status: 404,
      body: "The balancer of two.mcp.localhost has no HTTP listener on this port.\n",
    });
  });

  it("[ALB-7] belongs to the last balancer once the others are gone", async () => {
    for (const shard of ["one", "three"] as const) {
      await cloud.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: of(shard).balancer }));
    }
    expect(await ask(cloud, at("nobody"))).toMatchObject({
      status: 200,
      body: `two nobody.mcp.localhost:${httpsPort()}`,
    });
  });
});
