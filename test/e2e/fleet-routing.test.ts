import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { echo, googleWorkspace, mapOf } from "./fleet/maps.ts";
import { canListResidents, residentsOf } from "./fleet/residents.ts";
import { type FleetStage, openStage } from "./fleet/stage.ts";

const map = mapOf({
  google_workspace: googleWorkspace(),
  notes: echo("notes"),
  issues: echo("issues", { oauth: { rulePriority: 5 } }),
  parked: echo("parked", { desiredCount: 0 }),
});

let stage: FleetStage;
beforeAll(async () => {
  stage = await openStage(map);
  const { code, lines } = await stage.run("deploy", map);
  if (code !== 0) throw new Error(lines.join("\n"));
});
afterAll(() => stage.close());

describe("the balancer of a deployed fleet", () => {
  it("[ALB-5] sends each host to its own service", async () => {
    for (const host of ["google", "notes", "issues"]) {
      const { service, headers } = await stage.echo(stage.url(host, "/mcp?a=1"));
      expect(service).toBe(host);
      expect(headers.host).toBe(stage.url(host).host);
    }
  });

  it("[ALB-7] answers a host that no service has with its own 404", async () => {
    const response = await stage.fetch(stage.url("nobody", "/mcp"));
    expect(response.status).toBe(404);
    expect(response.headers.get("server")).toBe("awselb/2.0");
    expect(await response.text()).toBe("No MCP server has this name.");
  });

  it("[ALB-3] redirects HTTP to HTTPS and keeps host, path and query", async () => {
    const response = await stage.fetch(stage.plainUrl("notes", "/a/b?c=d&e=%20f"), { redirect: "manual" });
    expect(response.status).toBe(301);
    expect(response.headers.get("location")).toBe(stage.url("notes", "/a/b?c=d&e=%20f").href);
  });

  it.for(["/.well-known/oauth-authorization-server", "/oauth2/token", "/auth/callback?code=1"])(
    "[ALB-6] sends %s of every host to google_workspace",
    async (path) => {
      for (const host of ["google", "notes", "parked", "nobody"]) {
        const { service, url, headers } = await stage.echo(stage.url(host, path));
        expect([service, url, headers.host]).toEqual(["google", path, stage.url(host).host]);
      }
    },
  );

  it("[ALB-6] leaves a service that opted out its own OAuth paths", async () => {
    expect((await stage.echo(stage.url("issues", "/.well-known/oauth-protected-resource"))).service).toBe("issues");
    expect((await stage.echo(stage.url("issues", "/oauth2/token"))).service).toBe("issues");
  });

  it("[ECS-10] answers 503 for a service with no tasks, and the rest stays", async () => {
    const response = await stage.fetch(stage.url("parked", "/mcp"));
    expect(response.status).toBe(503);
    expect(response.headers.get("server")).toBe("awselb/2.0");
    expect((await stage.echo(stage.url("notes"))).service).toBe("notes");
  });

  it("tells the target who asked, and how", async () => {
    const { headers } = await stage.echo(stage.url("notes"), { headers: { "x-forwarded-for": "203.0.113.9" } });
    expect(headers).toMatchObject({
      "x-forwarded-for": "203.0.113.9, 127.0.0.1",
      "x-forwarded-proto": "https",
      "x-forwarded-port": stage.url("notes").port,
      "x-amzn-trace-id": expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    });
  });

  it("streams server-sent events as they come", async () => {
    const response = await stage.fetch(stage.url("notes", "/events"));
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const events = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    // The service writes the second event only when asked, after the first is here: nothing holds events back.
    expect((await events.read()).value).toBe("data: first\n\n");
    await stage.fetch(stage.url("notes", "/events/next"));
    expect((await events.read()).value).toBe("data: second\n\n");
    expect((await events.read()).done).toBe(true);
  });

  it("[ALB-2] [DNS-2] speaks TLS 1.2 and 1.3 with one certificate for every host", async () => {
    const shown = await Promise.all(["google", "issues", "not-deployed-yet"].map((host) => shakeHands(host)));
    expect(new Set(shown.map(({ certificate }) => certificate.fingerprint256)).size).toBe(1);
    for (const { certificate, protocol } of shown) {
      expect(certificate.subjectAltName?.split(", ")).toEqual(
        expect.arrayContaining(["DNS:mcp.localhost", "DNS:*.mcp.localhost"]),
      );
      expect(protocol).toBe("TLSv1.3");
    }
    expect((await shakeHands("google", "TLSv1.2")).protocol).toBe("TLSv1.2");
    await expect(shakeHands("google", "TLSv1.1")).rejects.toThrow();
  });

  it.runIf(canListResidents)(
    "[ECS-10] runs a process for each task and for Redis, and none for a service at 0",
    async () => {
      const commands = (await residentsOf(stage.project.folder)).map(({ command }) => command);
      const echoes = commands
        .filter((command) => command.includes("echo.ts"))
        .map((command) => command.split(" ").at(-1));
      expect(echoes.toSorted()).toEqual(["google", "issues", "notes"]);
    },
  );

  it.runIf(canListResidents)("leaves no process behind when it ends", async () => {
    expect(await stage.close()).toEqual([]);
  });
});

function shakeHands(host: string, maxVersion: "TLSv1.1" | "TLSv1.2" | "TLSv1.3" = "TLSv1.3") {
  const { hostname, port } = stage.url(host);
  return new Promise<{ readonly certificate: X509Certificate; readonly protocol: string | null }>((resolve, reject) => {
    const socket = connect(
      {
        host: "127.0.0.1",
        port: Number(port),
        servername: hostname,
        ca: stage.cloud.authority.ca,
        minVersion: "TLSv1.1",
        maxVersion,
        // OpenSSL offers TLS 1.1 at security level 0 alone: the refusal must be the balancer's.
        ciphers: "DEFAULT@SECLEVEL=0",
      },
      () => {
        const certificate = new X509Certificate(socket.getPeerCertificate().raw);
        resolve({ certificate, protocol: socket.getProtocol() });
        socket.end();
      },
    ).once("error", reject);
  });
}
