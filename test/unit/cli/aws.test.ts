import { describe, expect, it } from "vitest";
import { explainAws, settingsOf } from "#cli/aws.ts";
import shipped from "#config";
import { planStage } from "#fleet";

const prod = planStage(shipped, "prod");
const local = planStage(shipped, "local");

function error(name: string, code?: string): Error {
  return Object.assign(new Error("what AWS says"), { name, ...(code !== undefined && { code }) });
}

describe("an error of AWS, told to an operator", () => {
  it.each([
    [
      error("ExpiredTokenException"),
      prod,
      "does not accept these credentials (ExpiredTokenException): run aws sso login",
    ],
    [error("AccessDeniedException"), prod, "These credentials may not do that: what AWS says"],
    [error("ClusterNotFoundException"), prod, "Stage prod is in the map, but not deployed, or not in this region"],
    [error("ServiceNotFoundException"), local, "npm start"],
    [error("Error", "ENOTFOUND"), prod, "AWS does not answer from here"],
    [error("Error", "ECONNREFUSED"), local, "start it with npm start"],
  ])("%s says what to do", (one, plan, text) => {
    expect(explainAws(one, plan)).toContain(text);
  });

  it("is left alone where it speaks for itself", () => {
    expect(explainAws(error("InvalidParameterException"), prod)).toBeUndefined();
  });
});

describe("where calls go", () => {
  it("is AWS by the operator's own settings, or this machine by none of them", () => {
    expect(settingsOf(prod, { AWS_ENDPOINT_URL: "http://127.0.0.1:4577" })).toEqual({ region: "us-east-1" });
    expect(settingsOf(local, {})).toMatchObject({
      endpoint: "http://127.0.0.1:4577",
      credentials: { accessKeyId: "operator" },
    });
  });

  it("is never another machine for a stage on this one", () => {
    expect(() => settingsOf(local, { AWS_ENDPOINT_URL: "https://ecs.us-east-1.amazonaws.com" })).toThrow(
      "Stage local runs on this machine",
    );
  });
});
