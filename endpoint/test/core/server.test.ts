import { once } from "node:events";
import { type RequestListener, request } from "node:http";
import { connect } from "node:net";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, it, onTestFinished } from "vitest";
import { createIdentities } from "#endpoint/core/identities.ts";
import { createJournal, type JournalEntry } from "#endpoint/core/journal.ts";
import { openEndpoint, startEndpoint } from "#endpoint/core/server.ts";
import type { AwsService, HttpRequest } from "#endpoint/core/service.ts";
import { createThrottle } from "#endpoint/core/throttle.ts";
import { account, clientOptions, signedFor, startCloud } from "./cloud.ts";

const whoAmI: AwsService = {
  signingName: "sts",
  protocol: { kind: "query", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
  operations: { GetCallerIdentity: (_input, { caller }) => ({ Account: account, Arn: caller.arn }) },
};
const roleArn = `arn:aws:iam::${account}:role/service-role/rotate`;

describe("listening", () => {
  it("is only on 127.0.0.1", async () => {
    await using cloud = await startCloud([]);
    expect(cloud.url).toBe(`http://127.0.0.1:${cloud.port}`);
    const socket = connect({ host: "127.0.0.2", port: cloud.port });
    const [error] = await once(socket, "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("explains a taken port with the port and the remedy", async () => {
    await using cloud = await startCloud([]);
    await expect(openEndpoint({ port: cloud.port })).rejects.toThrow(
      `Port ${cloud.port} on 127.0.0.1 is taken: stop the process that listens there, or choose another from 1 to 65535, or 0 for a free one.`,
    );
  });

  it("explains a number that is not a port", async () => {
    await expect(openEndpoint({ port: 70_000 })).rejects.toThrow("70000 is not a port: choose another from 1 to 65535");
  });

  it("holds requests until the services, which need its address, are ready", async () => {
    const endpoint = await openEndpoint({ port: 0 });
    onTestFinished(() => endpoint.close());
    const early = new STSClient(clientOptions(endpoint.url)).send(new GetCallerIdentityCommand({}));
    endpoint.serve({
      services: [whoAmI],
      identities: createIdentities({ account, clock: Date }),
      log: () => undefined,
    });
    expect((await early).Account).toBe(account);
  });

  it("refuses two services with the same name", async () => {
    await expect(
      startEndpoint({
        port: 0,
        services: [whoAmI, whoAmI],
        identities: createIdentities({ account, clock: Date }),
        log: () => undefined,
      }),
    ).rejects.toThrow('Two services have the signing name "sts"');
  });
});

describe("who calls", () => {
  it("treats any key that was not issued here as the operator's", async () => {
    await using cloud = await startCloud([whoAmI]);
    const client = new STSClient(clientOptions(cloud.url, { accessKeyId: "ASIADEVELOPER", secretAccessKey: "s" }));
    expect((await client.send(new GetCallerIdentityCommand({}))).Arn).toBe(`arn:aws:iam::${account}:user/operator`);
  });

  it("recognises a role by the key it was issued", async () => {
    await using cloud = await startCloud([whoAmI]);
    const client = new STSClient(clientOptions(cloud.url, cloud.identities.issue(roleArn, "task-1")));
    expect((await client.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      `arn:aws:sts::${account}:assumed-role/rotate/task-1`,
    );
  });

  it("refuses a key of an earlier run, and an expired one, as AWS does", async () => {
    await using cloud = await startCloud([whoAmI]);
    const earlier = createIdentities({ account, clock: Date }).issue(roleArn, "x");
    const send = (credentials: typeof earlier) =>
      new STSClient(clientOptions(cloud.url, credentials)).send(new GetCallerIdentityCommand({}));
    await expect(send(earlier)).rejects.toMatchObject({
      name: "InvalidClientTokenId",
      $metadata: { httpStatusCode: 403 },
    });
    const expired = cloud.identities.issueUntil(roleArn, "x", Date.now() - 1);
    await expect(send(expired)).rejects.toMatchObject({ name: "ExpiredToken" });
  });

  it("refuses an unsigned request in AWS's words", async () => {
    await using cloud = await startCloud([whoAmI]);
    const answer = await fetch(cloud.url);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("<Code>MissingAuthenticationToken</Code>");
  });
});

describe("who calls", () => {
  it("[AWS-10] may sign with any key that was not issued here: the scope is read, the signature is not", async () => {
    await using cloud = await startCloud([whoAmI]);
    const forged = { accessKeyId: "AKIAANYBODY", secretAccessKey: "whatever" };
    const answer = await new STSClient(clientOptions(cloud.url, forged)).send(new GetCallerIdentityCommand({}));
    expect(answer.Account).toBe(account);
  });

  it("[AWS-10] is refused in another region, but for services of the whole account", async () => {
    const secrets: AwsService = {
      signingName: "secretsmanager",
      protocol: { kind: "json" },
      operations: { GetSecretValue: () => ({ Name: "a" }) },
    };
    await using cloud = await startCloud([whoAmI, secrets], undefined, { region: "eu-west-1" });
    const read = (region: string) =>
      new SecretsManagerClient({ ...clientOptions(cloud.url), region }).send(
        new GetSecretValueCommand({ SecretId: "a" }),
      );
    await expect(read("us-east-1")).rejects.toMatchObject({
      name: "InvalidRegionException",
      message:
        "This endpoint is the region eu-west-1 alone, and the client is set to us-east-1: set AWS_REGION=eu-west-1.",
    });
    expect((await read("eu-west-1")).Name).toBe("a");
    expect((await new STSClient(clientOptions(cloud.url)).send(new GetCallerIdentityCommand({}))).Account).toBe(
      account,
    );
  });

  it("[AWS-10] is throttled by AWS's buckets where the cloud is told to, and otherwise never", async () => {
    let now = 0;
    const throttle = createThrottle(() => now);
    const secrets: AwsService = {
      signingName: "secretsmanager",
      protocol: { kind: "json" },
      operations: { GetSecretValue: () => ({ Name: "a" }) },
      quotas: [{ operations: ["GetSecretValue"], burst: 2, perSecond: 1 }],
    };
    const reading = (url: string) => () =>
      new SecretsManagerClient(clientOptions(url)).send(new GetSecretValueCommand({ SecretId: "a" }));
    await using free = await startCloud([secrets]);
    await using held = await startCloud([secrets], undefined, { throttle });
    for (let call = 0; call < 3; call += 1) await reading(free.url)();
    const read = reading(held.url);
    await read();
    await read();
    await expect(read()).rejects.toMatchObject({ name: "ThrottlingException", message: "Rate exceeded" });
    now = 1_000;
    await read();
    await expect(read()).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });
});

describe("what is not emulated", () => {
  it("answers an unknown service in the protocol of the request, and logs it once", async () => {
    await using cloud = await startCloud([]);
    const client = new SecretsManagerClient(clientOptions(cloud.url));
    await expect(client.send(new GetSecretValueCommand({ SecretId: "a" }))).rejects.toMatchObject({
      name: "UnsupportedOperation",
      message: expect.stringContaining("secretsmanager.GetSecretValue is not emulated"),
      $metadata: { httpStatusCode: 501 },
    });
    expect(cloud.lines).toEqual(["not emulated: secretsmanager.GetSecretValue"]);
  });

  it("answers an unknown operation of a known service the same way", async () => {
    await using cloud = await startCloud([{ ...whoAmI, operations: {} }]);
    await expect(new STSClient(clientOptions(cloud.url)).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: "UnsupportedOperation",
    });
    expect(cloud.lines).toEqual(["not emulated: sts.GetCallerIdentity"]);
  });

  it("does not take an inherited property for an operation", async () => {
    await using cloud = await startCloud([{ ...whoAmI, protocol: { kind: "json" } }]);
    const answer = await fetch(cloud.url, {
      method: "POST",
      headers: { ...signedFor("sts"), "x-amz-target": "AWS.constructor" },
      body: "{}",
    });
    expect(answer.status).toBe(501);
  });
});

describe("failures inside", () => {
  it("are InternalFailure, logged by place and without the message, which may quote a secret", async () => {
    await using cloud = await startCloud([
      {
        signingName: "secretsmanager",
        protocol: { kind: "json" },
        operations: { GetSecretValue: () => JSON.parse("hunter2") },
      },
    ]);
    await expect(
      new SecretsManagerClient(clientOptions(cloud.url)).send(new GetSecretValueCommand({ SecretId: "a" })),
    ).rejects.toMatchObject({ name: "InternalFailure", $metadata: { httpStatusCode: 500 } });
    expect(cloud.lines.join("\n")).toMatch(/^internal failure in secretsmanager.GetSecretValue: SyntaxError\n\s+at /);
    expect(cloud.lines.join("\n")).not.toContain("hunter2");
  });
});

describe("the journal", () => {
  it("tells its listeners who called what, and how it ended", async () => {
    await using cloud = await startCloud([whoAmI]);
    const heard: JournalEntry[] = [];
    const unsubscribe = cloud.journal.subscribe((entry) => heard.push(entry));
    await new STSClient(clientOptions(cloud.url)).send(new GetCallerIdentityCommand({}));
    await fetch(cloud.url);
    unsubscribe();
    await fetch(cloud.url);
    expect(heard).toMatchObject([
      { service: "sts", operation: "GetCallerIdentity", caller: `arn:aws:iam::${account}:user/operator`, status: 200 },
      { status: 403, errorCode: "MissingAuthenticationToken" },
    ]);
    expect(cloud.journal.entries()).toHaveLength(3);
  });

  it("keeps the latest calls, oldest first", () => {
    const journal = createJournal(3);
    for (let ms = 1; ms <= 5; ms += 1) journal.record({ at: 0, service: "s", operation: "o", status: 200, ms });
    expect(journal.entries().map((entry) => entry.ms)).toEqual([3, 4, 5]);
  });
});

describe("public routes", () => {
  it("are answered without a signature, and their token stays out of the journal", async () => {
    const heard: HttpRequest[] = [];
    await using cloud = await startCloud([
      {
        ...whoAmI,
        publicRoutes: [
          {
            method: "PUT",
            pathPrefix: "/_cfn/response/",
            handle: (http) => {
              heard.push(http);
              return { status: 200, headers: {}, body: "" };
            },
          },
        ],
      },
    ]);
    const answer = await fetch(`${cloud.url}/_cfn/response/t0ken`, { method: "PUT", body: '{"Status":"SUCCESS"}' });
    expect(answer.status).toBe(200);
    expect(heard).toMatchObject([{ path: "/_cfn/response/t0ken", body: Buffer.from('{"Status":"SUCCESS"}') }]);
    expect(cloud.journal.entries()).toMatchObject([{ operation: "PUT /_cfn/response/", status: 200 }]);
    expect(JSON.stringify(cloud.journal.entries())).not.toContain("t0ken");
  });
});

describe("pass-through", () => {
  /** An emulator that keeps what it gets and gives back objects. */
  function createEmulator() {
    const seen: { method: string; url: string; host: string; bytes: number }[] = [];
    const emulator: RequestListener = (req, res) => {
      let bytes = 0;
      req.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      req.on("end", () => {
        seen.push({ method: req.method ?? "", url: req.url ?? "", host: req.headers.host ?? "", bytes });
        res.end(req.method === "GET" ? "content" : "");
      });
    };
    return { seen, emulator };
  }

  it("streams a large object through and keeps host and path", async () => {
    const { seen, emulator } = createEmulator();
    await using cloud = await startCloud([{ signingName: "s3", emulator }]);
    const s3 = new S3Client({ ...clientOptions(cloud.url), forcePathStyle: true });
    await s3.send(new PutObjectCommand({ Bucket: "b", Key: "a/ü 1", Body: Buffer.alloc(5_000_000) }));
    expect(seen).toEqual([
      { method: "PUT", url: "/b/a/%C3%BC%201?x-id=PutObject", host: `127.0.0.1:${cloud.port}`, bytes: 5_000_000 },
    ]);
    const got = await s3.send(new GetObjectCommand({ Bucket: "b", Key: "a" }));
    expect(await got.Body?.transformToString()).toBe("content");
  });

  it("lets unsigned reads and presigned requests through to S3, and no unsigned writes", async () => {
    const { seen, emulator } = createEmulator();
    await using cloud = await startCloud([{ signingName: "s3", emulator }]);
    expect(await (await fetch(`${cloud.url}/bucket/key`)).text()).toBe("content");
    const scope = encodeURIComponent("AKIA/20261123/us-east-1/s3/aws4_request");
    const presigned = await fetch(`${cloud.url}/bucket/key?X-Amz-Credential=${scope}`, { method: "PUT", body: "x" });
    expect(presigned.status).toBe(200);
    expect((await fetch(`${cloud.url}/bucket/key`, { method: "PUT", body: "x" })).status).toBe(403);
    expect(seen.map((it) => it.method)).toEqual(["GET", "PUT"]);
  });

  it("passes an emulator the body that was read to find the operation", async () => {
    const { seen, emulator } = createEmulator();
    await using cloud = await startCloud([{ signingName: "sqs", emulator }]);
    const headers = { ...signedFor("sqs"), "x-amz-target": "AmazonSQS.ListQueues" };
    expect((await fetch(cloud.url, { method: "POST", headers, body: "{ }" })).status).toBe(200);
    expect(seen).toMatchObject([{ method: "POST", url: "/", bytes: 3 }]);
    expect(cloud.journal.entries()).toMatchObject([{ service: "sqs", operation: "ListQueues", status: 200 }]);
  });

  it("releases the emulator when the client goes away", async () => {
    const gone = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const emulator: RequestListener = (_req, res) => {
      res.on("close", () => gone.resolve());
      arrived.resolve();
    };
    await using cloud = await startCloud([{ signingName: "s3", emulator }]);
    const client = request({ host: "127.0.0.1", port: cloud.port, path: "/b/k", headers: signedFor("s3") });
    client.on("error", () => undefined);
    client.end();
    await arrived.promise;
    const recorded = new Promise<JournalEntry>((resolve) => cloud.journal.subscribe(resolve));
    client.destroy();
    await gone.promise;
    expect(await recorded).toMatchObject({ status: 499, errorCode: "ClientClosedRequest" });
  });
});
