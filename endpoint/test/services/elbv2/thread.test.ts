import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { DescribeTargetHealthCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  addGroup,
  addRule,
  ask,
  type Cloud,
  type Fleet,
  hostIs,
  openCloud,
  openFleet,
  registerHealthy,
} from "./cloud.ts";

let cloud: Cloud;
let fleet: Fleet;
let group: string;
let target: { readonly id: string; readonly port: number };
let origin: Worker;
let balancer: Worker;
let onBalancer: () => void = () => undefined;
const clients: Worker[] = [];

/** The target and its clients are threads too: they have to run while this one is blocked. */
const originCode = `
  const { createServer } = require("node:http");
  const { parentPort } = require("node:worker_threads");
  const server = createServer((request, response) => response.end("from the target"));
  server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;
const clientCode = `
  const { request } = require("node:https");
  const { workerData: { port, ca, answered } } = require("node:worker_threads");
  const counts = new Int32Array(answered);
  const send = () => {
    request({ host: "127.0.0.1", port, ca, servername: "one.mcp.localhost", headers: { host: "one.mcp.localhost" } })
      .on("response", (response) => {
        Atomics.add(counts, response.statusCode === 200 ? 0 : 1, 1);
        Atomics.notify(counts, 0);
        if (counts[0] >= counts[2]) Atomics.notify(counts, 2);
        response.resume().on("end", send);
      })
      .on("error", () => { Atomics.add(counts, 1, 1); setTimeout(send, 20); })
      .end();
  };
  send();
`;

beforeAll(async () => {
  origin = new Worker(originCode, { eval: true });
  const [port] = await once(origin, "message");
  target = { id: "127.0.0.1", port: Number(port) };
  process.on("worker", noticeBalancer);
  cloud = await openCloud();
  fleet = await openFleet(cloud);
  group = await addGroup(cloud, "tg-one");
  await addRule(cloud, fleet.https, 1, [hostIs("one.mcp.localhost")], group);
  await registerHealthy(cloud, group, target);
});
afterEach(() => Promise.all(clients.splice(0).map((client) => client.terminate())));
afterAll(async () => {
  process.off("worker", noticeBalancer);
  await cloud.close();
  await origin.terminate();
});

function noticeBalancer(worker: Worker): void {
  if (worker.threadName !== "balancer") return;
  balancer = worker;
  onBalancer();
}

/** Counts of what succeeded and what did not, written by the client's thread, and how many somebody waits for. */
function startClient(): Int32Array<SharedArrayBuffer> {
  const answered = new SharedArrayBuffer(12);
  clients.push(
    new Worker(clientCode, { eval: true, workerData: { port: fleet.httpsPort, ca: cloud.authority.ca, answered } }),
  );
  return new Int32Array(answered);
}

/** Blocks this thread, the endpoint's, until so many requests were answered; false when they are not. */
function blockUntil(counts: Int32Array<SharedArrayBuffer>, wanted: number): boolean {
  for (let seen = Atomics.load(counts, 0); seen < wanted; seen = Atomics.load(counts, 0)) {
    if (Atomics.wait(counts, 0, seen, 10_000) === "timed-out") return false;
  }
  return true;
}

/** Resolves once so many requests were answered; this thread is not woken before. */
async function answers(counts: Int32Array<SharedArrayBuffer>, wanted: number): Promise<void> {
  Atomics.store(counts, 2, wanted);
  if (Atomics.load(counts, 0) < wanted) await Atomics.waitAsync(counts, 2, wanted).value;
}

/** Microseconds of processor time, which other work on this machine does not lengthen. */
const total = ({ user, system }: NodeJS.CpuUsage) => user + system;

describe("the balancers' thread", () => {
  it("answers requests while the endpoint is blocked", () => {
    const counts = startClient();
    expect(blockUntil(counts, 100)).toBe(true);
    expect(Atomics.load(counts, 1)).toBe(0);
  });

  it("leaves the endpoint idle while requests come as fast as they are answered", async () => {
    const counts = startClient();
    await answers(counts, 100);
    const balancerBefore = await balancer.cpuUsage();
    const endpointBefore = process.threadCpuUsage();
    await answers(counts, 600);
    const endpoint = total(process.threadCpuUsage(endpointBefore));
    expect(endpoint).toBeLessThan(total(await balancer.cpuUsage(balancerBefore)) / 2);
    const { TargetHealthDescriptions: [health] = [] } = await cloud.elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: group }),
    );
    expect(health?.TargetHealth?.State).toBe("healthy");
  });

  it("restarts on the same ports with the same rules and targets when it ends unexpectedly, and logs it", async () => {
    const at = `https://one.mcp.localhost:${fleet.httpsPort}/`;
    expect((await ask(cloud, at)).body).toBe("from the target");
    const counts = startClient();
    blockUntil(counts, 1);
    const restarted = new Promise<void>((resolve) => {
      onBalancer = resolve;
    });
    await balancer.terminate();
    const answered = Atomics.load(counts, 0);
    const { TargetHealthDescriptions } = await cloud.elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: group }),
    );
    expect(TargetHealthDescriptions).toHaveLength(1);
    await restarted;
    expect(cloud.lines.join()).toContain("thread ended unexpectedly and restarts");
    await answers(counts, answered + 10);
    expect(cloud.elbv2.localPort(fleet.balancer, 443)).toBe(fleet.httpsPort);
    expect((await ask(cloud, at)).body).toBe("from the target");
  });

  it("fails whatever waits for a balancer when it cannot start at all, and says why", async () => {
    const end = (worker: Worker) => {
      if (worker.threadName === "balancer") void worker.terminate();
    };
    process.on("worker", end);
    const broken = await openCloud();
    try {
      await expect(openFleet(broken)).rejects.toThrow();
      expect(broken.lines.join()).toContain("thread does not start");
    } finally {
      process.off("worker", end);
      await broken.close();
    }
  });
});
