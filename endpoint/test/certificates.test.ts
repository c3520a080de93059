import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openAuthority } from "#endpoint/certificates/authority.ts";

const day = 24 * 60 * 60 * 1000;
const names = ["*.mcp.localhost", "mcp.localhost"];
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "authority-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("local certificates", () => {
  it("issues a certificate that clients trusting the CA accept for each of its names, and no others", async () => {
    const authority = await openAuthority(folder);
    const leaf = await authority.issue(names);
    const server = createServer({ cert: leaf.certificate, key: leaf.privateKey }, (_, response) => response.end("ok"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const get = (servername: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const options = { host: "127.0.0.1", port, servername, ca: authority.ca, headers: { host: servername } };
        request(options, (response) => resolve(response.resume().statusCode))
          .on("error", reject)
          .end();
      });
    try {
      for (const name of ["google.mcp.localhost", "mcp.localhost", "localhost"]) expect(await get(name)).toBe(200);
      await expect(get("example.com")).rejects.toThrow("does not match");
    } finally {
      server.close();
    }
  });

  it("lets only their owner read private keys", async () => {
    const authority = await openAuthority(folder);
    const leaf = await authority.issue(names);
    for (const path of [leaf.privateKeyPath, join(folder, "ca.key")]) {
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
  });

  it("reuses a valid certificate, and issues another for other names", async () => {
    const first = await (await openAuthority(folder)).issue(names);
    const again = await (await openAuthority(folder)).issue([...names].reverse());
    const other = await (await openAuthority(folder)).issue(["redis.localhost"]);
    expect(again.certificate).toBe(first.certificate);
    expect(other.certificate).not.toBe(first.certificate);
  });

  it("renews a certificate in its last 30 days, under the same CA", async () => {
    let now = Date.now();
    const clock = () => now;
    const authority = await openAuthority(folder, clock);
    const first = await authority.issue(names);
    now += 300 * day;
    expect((await authority.issue(names)).certificate).toBe(first.certificate);
    now += 80 * day;
    const renewed = await (await openAuthority(folder, clock)).issue(names);
    expect(renewed.certificate).not.toBe(first.certificate);
    expect(new X509Certificate(renewed.certificate).validToDate.getTime()).toBeGreaterThan(now + 365 * day);
    expect(new X509Certificate(renewed.certificate).verify(new X509Certificate(authority.ca).publicKey)).toBe(true);
  });

  it("starts over when a file is damaged or belongs to another key", async () => {
    const first = await openAuthority(folder);
    await first.issue(names);
    await writeFile(join(folder, "ca.key"), "damaged");
    const second = await openAuthority(folder);
    expect(second.ca).not.toBe(first.ca);
    const leaf = await second.issue(names);
    expect(new X509Certificate(leaf.certificate).verify(new X509Certificate(second.ca).publicKey)).toBe(true);
  });
});
