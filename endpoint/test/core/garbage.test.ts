import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import { XMLValidator } from "fast-xml-parser";
import { beforeAll, describe, expect, it } from "vitest";
import { AwsError } from "#endpoint/core/errors.ts";
import { codecFor } from "#endpoint/core/protocols/select.ts";
import type { AwsService, HttpRequest, Protocol } from "#endpoint/core/service.ts";
import { signedFor, startCloud } from "./cloud.ts";

const routes = [{ method: "POST", path: "/{Name+}", operation: "Any" }];
const protocols: readonly Protocol[] = [
  { kind: "json" },
  { kind: "query", namespace: "http://n/" },
  { kind: "ec2", namespace: "http://n/" },
  { kind: "rest-json", routes },
  { kind: "rest-xml", routes },
];

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .array(fc.tuple(fc.stringMatching(/^([a-z_]{1,4}|\d{1,9})(\.([a-z_]{1,4}|\d{1,9})){0,5}$/), fc.string()))
    .map((pairs) => Buffer.from(`Action=A&${new URLSearchParams(pairs)}`)),
  fc.string().map((text) => Buffer.from(`<a><b>${text}</b><b/></a>`)),
);
const headers = fc.oneof(
  fc.constant({ "x-amz-target": "A.B" }),
  fc.constant({ "smithy-protocol": "rpc-v2-cbor" }),
  fc.constant({ "content-type": "application/x-www-form-urlencoded" }),
  fc.constant({ "content-encoding": "gzip", "x-amz-target": "A.B" }),
  fc.constant({}),
);
const path = fc.oneof(fc.constant("/service/S/operation/Op"), fc.webPath(), fc.constant("/%"), fc.constant("//"));

describe("garbage", () => {
  it("makes a codec answer with a decoded call or an AWS error, nothing else", () => {
    fc.assert(
      fc.property(fc.constantFrom(...protocols), headers, path, bytes, (protocol, head, where, body) => {
        const http: HttpRequest = {
          method: "POST",
          path: where,
          query: new URLSearchParams(),
          headers: head,
          body: Buffer.from(body),
        };
        const codec = codecFor(protocol, http);
        try {
          expect(typeof codec.decode(http).operation).toBe("string");
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          expect(error.status).toBeLessThan(502);
          expect(codec.encodeError(error, "id").status).toBe(error.status);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it("in an output still makes a well-formed document", () => {
    fc.assert(
      fc.property(fc.constantFrom(...protocols), fc.string({ unit: "binary" }), (protocol, text) => {
        const http = { method: "POST", path: "/", query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) };
        const { body, headers: type } = codecFor(protocol, http).encode("Any", { Text: text, List: [text] }, "id");
        const written = String(body);
        if (type["content-type"]?.startsWith("text/xml")) expect(XMLValidator.validate(written)).toBe(true);
        else expect(JSON.parse(written)).toEqual({ Text: text, List: [text] });
      }),
      { numRuns: 500 },
    );
  });

  it("treats a name like __proto__ as an ordinary one", () => {
    const http: HttpRequest = {
      method: "POST",
      path: "/",
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from("Action=A&__proto__.polluted=1&a.constructor.prototype.polluted=1"),
    };
    const { input } = codecFor({ kind: "query", namespace: "n" }, http).decode(http);
    expect(Object.keys(Object(input))).toEqual(["__proto__", "a"]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("a server that gets garbage", () => {
  const echo = (signingName: string, protocol: Protocol): AwsService => ({
    signingName,
    protocol,
    operations: { B: (input) => ({ Input: JSON.stringify(input) }), A: () => ({}), Op: () => ({}), Any: () => ({}) },
  });
  const services = protocols.map((protocol, index) => echo(`s${index}`, protocol));
  let cloud: Awaited<ReturnType<typeof startCloud>>;
  beforeAll(async () => {
    cloud = await startCloud(services);
    return () => cloud.close();
  });

  it("answers every request with a status and never with an internal failure", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(protocols.length), headers, path, bytes, async (index, head, where, body) => {
        const answer = await fetch(cloud.url + where, {
          method: "POST",
          headers: { ...signedFor(`s${index}`), ...head },
          body: Buffer.from(body),
        });
        await answer.arrayBuffer();
        expect(answer.status === 500 ? cloud.lines : []).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("survives bytes that are not HTTP, and clients that disconnect midway", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.boolean(), async (noise, midRequest) => {
        const socket = connect({ host: "127.0.0.1", port: cloud.port });
        socket.on("error", () => undefined);
        await once(socket, "connect");
        const head = `POST / HTTP/1.1\r\nhost: a\r\nauthorization: ${signedFor("s0").authorization}\r\nx-amz-target: A.B\r\ncontent-length: 9999\r\n\r\n`;
        socket.write(midRequest ? head : noise);
        socket.end(noise);
        socket.destroySoon();
        await once(socket, "close");
      }),
      { numRuns: 40 },
    );
    const answer = await fetch(cloud.url, {
      method: "POST",
      headers: { ...signedFor("s0"), "x-amz-target": "A.B" },
      body: '{"still":"here"}',
    });
    expect(await answer.json()).toEqual({ Input: '{"still":"here"}' });
  });

  it("refuses a body over the limit and keeps reading", async () => {
    const answer = await fetch(cloud.url, {
      method: "POST",
      headers: { ...signedFor("s0"), "x-amz-target": "A.B" },
      body: Buffer.alloc(70 * 1024 * 1024 + 1),
    });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ __type: "RequestEntityTooLarge" });
  });
});
