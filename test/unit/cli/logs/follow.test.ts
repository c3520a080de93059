import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import fixture from "../../../fixture/map.ts";
import { fleet } from "../newcomer/operator.ts";

/** CloudWatch Logs with a line for each look, behind a network that is down for a given number of requests. */
let server: Server;
let looks = 0;
let cut = 0;
let endpoint = "";

beforeAll(async () => {
  server = createServer((request, response) => {
    if (!String(request.headers["x-amz-target"]).includes("FilterLogEvents")) {
      const identity = "<Account>000000000000</Account><Arn>arn:aws:iam::000000000000:user/op</Arn><UserId>op</UserId>";
      const answer = `<GetCallerIdentityResponse><GetCallerIdentityResult>${identity}</GetCallerIdentityResult></GetCallerIdentityResponse>`;
      return response.setHeader("content-type", "text/xml").end(answer);
    }
    if (cut > 0) {
      cut -= 1;
      return request.socket.destroy();
    }
    looks += 1;
    if (looks === 1) cut = 5;
    const event = { eventId: String(looks), timestamp: Date.now(), logStreamName: "ecs/a/b", message: `look ${looks}` };
    return response.setHeader("content-type", "application/x-amz-json-1.1").end(JSON.stringify({ events: [event] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

it("[RUN-5] keeps following after a network failure, and reports it meanwhile", async () => {
  const stop = new AbortController();
  const lines: string[] = [];
  const { code, err } = await fleet(["logs", "google_workspace", "--follow", "--stage", "local"], {
    env: { AWS_ENDPOINT_URL: endpoint },
    signal: stop.signal,
    onLine(line) {
      lines.push(line.trim().slice(-6));
      if (lines.length === 2) stop.abort();
    },
  });
  expect({ code, lines }).toEqual({ code: 0, lines: ["look 1", "look 2"] });
  expect(err.join("\n")).toContain("The local endpoint does not answer");
});

it.each([
  ["logs", "--follow"],
  ["logs", "--since", "1h"],
])("[OPS-3] says so, and ends, on a stage without services: fleet %s %s", async (...words) => {
  const { google_workspace: google } = fixture.services;
  if (google === undefined) throw new Error("The fixture has lost google_workspace.");
  const map = { ...fixture, services: { google_workspace: { ...google, stages: { except: ["local"] } } } };
  const { code, err } = await fleet([...words, "--stage", "local"], { env: { AWS_ENDPOINT_URL: endpoint }, map });
  expect({ code, err }).toEqual({
    code: 0,
    err: ["Stage local has no services. Add one under `services` in fleet.config.ts, then deploy."],
  });
});
