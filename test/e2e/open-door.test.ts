import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CloudFormationClient, ListStacksCommand } from "@aws-sdk/client-cloudformation";
import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { createLoopbackFetch } from "@mcp-fleet/endpoint";
import { takePort } from "@mcp-fleet/loopback/ports.ts";
import { journey } from "@mcp-fleet/testing/journey.ts";
import { needs, pathOf } from "@mcp-fleet/testing/programs.ts";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyProject, type Project } from "../fixture/project.ts";
import { echo, googleWorkspace, mapOf } from "../stage/maps.ts";
import { type Start, start } from "../stage/start.ts";
import { attacksOn, send, speaksTls } from "./open-door/attacks.ts";
import { askOwnOrigin, attackFromPage } from "./open-door/page.mjs";
import { isLoopback, type Listening, listeningUnder } from "./open-door/sockets.ts";

const program = fileURLToPath(new URL("./open-door/any-address.ts", import.meta.url));
const listensOn = (...host: readonly string[]) =>
  ({ local: { command: [process.execPath, program, ...host] } }) as const;
const services = {
  nowhere: echo("nowhere", listensOn()),
  v4: echo("v4", listensOn("0.0.0.0")),
  v6: echo("v6", listensOn("::")),
  everything: echo("everything", {
    healthPath: "/mcp",
    healthCodes: "400",
    local: { command: ["npx", "--no-install", "mcp-server-everything", "streamableHttp"] },
  }),
  google_workspace: googleWorkspace({ local: { command: [process.execPath, "packages/starter/main.ts"] } }),
};

let project: Project;
let fleet: Start;
let ports: Readonly<Record<"endpoint" | "https" | "http" | "console", number>>;
let sockets: readonly Listening[];
/** Ports that speak TLS: the balancer's, the session store's, and the services' own on a machine that does not resolve. */
let tls: ReadonlySet<number>;

beforeAll(async () => {
  project = await copyProject();
  await project.writeMap(mapOf(services));
  const [endpoint, https, http, console] = [await takePort(), await takePort(), await takePort(), await takePort()];
  ports = { endpoint, https, http, console };
  fleet = start(
    project,
    Object.entries(ports).flatMap(([name, port]) => [`--${name}-port`, String(port)]),
  );
  await fleet.said("The fleet is up");
  sockets = listeningUnder(fleet.pid);
  const speak = await Promise.all(sockets.map((socket) => speaksTls(hostOf(socket), socket.port)));
  tls = new Set(sockets.filter((_, index) => speak[index]).map(({ port }) => port));
});
afterAll(async () => {
  fleet?.kill("SIGTERM");
  await fleet?.exited;
  await project?.remove();
});

/** Redis speaks no HTTP: it has TLS, a password, and an address of its own. */
/** A function that has ended took the port of its runtime along. */
const isGone = (port: number) => !listeningUnder(fleet.pid).some((socket) => socket.port === port);
const isSessionStore = ({ address }: Listening) => address !== "0100007F";
const hostOf = ({ address }: Listening) => [...Buffer.from(address, "hex").reverse()].join(".");

describe("the ports of a running fleet", needs("/proc"), () => {
  it("[SAFE-2] are on loopback, every one, whatever a task's server listens on", () => {
    expect(sockets.length).toBeGreaterThanOrEqual(Object.keys(ports).length + Object.keys(services).length);
    expect(sockets.filter((socket) => !isLoopback(socket))).toEqual([]);
    expect(sockets.filter(({ command }) => command.includes(program))).toHaveLength(3);
  });

  it("[SAFE-1] refuse whatever a page of another site can send", async () => {
    const taken: string[] = [];
    for (const socket of sockets) {
      const { port, command } = socket;
      // The balancer has its own words for a host that no rule names, and a service its own rules for what it is sent
      // by its own address; the sessions' store hangs up.
      const service = tls.has(port) && port !== ports.https;
      const refused =
        port === ports.https || port === ports.http
          ? /^HTTP\/1\.1 (?:404|301|503) /
          : service
            ? /^HTTP\/1\.1 (?:400|401|403|404|405|406|415) /
            : /^HTTP\/1\.1 403 /;
      for (const [name, bytes] of Object.entries(attacksOn(port))) {
        // Without an Origin, which every browser of today sends, it is what programs post to get a token.
        if (service && name.startsWith("a form") && !bytes.includes("Origin:")) continue;
        const head = await send(hostOf(socket), port, bytes, tls.has(port));
        const silent = isSessionStore(socket) && !head.startsWith("HTTP");
        if (((!refused.test(head) && !silent) || /access-control-allow/i.test(head)) && !isGone(port)) {
          taken.push(`${name} at ${port} (${command}): ${JSON.stringify(head.slice(0, 200))}`);
        }
      }
    }
    expect(taken).toEqual([]);
    await expectNothingHappened();
  });

  it("[SAFE-1] let clients in through the balancer, from wherever a service allows", async () => {
    const visit = createLoopbackFetch(await readFile(join(project.folder, ".mcp-fleet/certificates/ca.pem"), "utf8"));
    const origin = "https://claude.ai";
    for (const key of ["nowhere", "v4", "v6"]) {
      const answer = await visit(`https://${key}.mcp.localhost:${ports.https}/`, { headers: { origin } });
      expect(await answer.json()).toMatchObject({ PORT: expect.any(String) });
    }
  });
});

describe("a page of another site", () => {
  let browser: Browser;
  let site: Server;
  let page: Page;

  beforeAll(async () => {
    const executablePath = pathOf("chromium");
    if (executablePath === undefined || needs("/proc").skip) return;
    site = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>evil</title>");
    });
    await once(site.listen(0, "127.0.0.1"), "listening");
    const address = site.address();
    const port = typeof address === "object" ? address?.port : undefined;
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--host-resolver-rules=MAP evil.example 127.0.0.1"],
    });
    page = await browser.newPage();
    await page.goto(`http://evil.example:${port}/`);
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
  });

  const webPorts = () => sockets.filter((socket) => !isSessionStore(socket)).map(({ port }) => port);

  journey("[SAFE-1] in a browser", needs("/proc", "chromium"), {
    async "makes nothing happen by forms, images, fetches and WebSockets"() {
      for (const port of webPorts()) {
        const [, query = ""] = /\?(\S+)/.exec(attacksOn(port)["an image"] ?? "") ?? [];
        expect(await page.evaluate(attackFromPage, { origin: `127.0.0.1:${port}`, query })).toEqual([]);
      }
      await expectNothingHappened();
    },

    async "reads nothing by a name that was made to point here"() {
      for (const port of webPorts().filter((port) => !tls.has(port))) {
        const rebound = await browser.newPage();
        const response = await rebound.goto(`http://evil.example:${port}/`).catch(() => null);
        if (response === null && isGone(port)) continue;
        // The balancer leads to HTTPS, whose certificate is for other names.
        if (response !== null) expect([403, 404]).toContain(response.status());
        if (port !== ports.http) {
          const secret = { "x-amz-target": "secretsmanager.ListSecrets", ...signed("secretsmanager") };
          expect(await rebound.evaluate(askOwnOrigin, secret)).toEqual([403, 403]);
        }
        await rebound.close();
      }
      await expectNothingHappened();
    },
  });
});

const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=operator/20261128/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

/** Asks as an operator's program does: neither the stack nor its parameter is there. */
async function expectNothingHappened(): Promise<void> {
  const client = {
    endpoint: `http://127.0.0.1:${ports.endpoint}`,
    region: "us-east-1",
    credentials: { accessKeyId: "operator", secretAccessKey: "operator" },
  };
  const stacks = await new CloudFormationClient(client).send(new ListStacksCommand());
  const names = stacks.StackSummaries?.map(({ StackName }) => StackName);
  expect(names).not.toContain("evil");
  expect(names?.length).toBeGreaterThan(0);
  const found = await new SSMClient(client).send(new GetParametersCommand({ Names: ["/evil"] }));
  expect(found.InvalidParameters).toEqual(["/evil"]);
}
