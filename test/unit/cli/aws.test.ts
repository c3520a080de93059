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
    [error("ExpiredTokenException"), prod, "The AWS credentials have expired: run aws sso login"],
    [error("UnrecognizedClientException"), prod, "does not accept these credentials (UnrecognizedClientException)"],
    [error("AccessDeniedException"), prod, "These credentials may not do that: what AWS says. Ask for it"],
    [error("ThrottlingException"), prod, "AWS throttles this account's calls, after several tries: wait a minute"],
    [error("ClusterNotFoundException"), prod, "Stage prod is in the map, but not deployed, or not in this region"],
    [error("ServiceNotFoundException"), local, "npm start"],
    [error("Error", "ENOTFOUND"), prod, "AWS does not answer from here"],
    [error("Error", "ECONNREFUSED"), local, "start it with npm start"],
  ])("%s says what to do", (one, plan, text) => {
    expect(explainAws(one, plan)).toContain(text);
  });

  it("names the permission that is missing, and what for", () => {
    const message =
      "User: arn:aws:iam::573946584375:user/op is not authorized to perform: ecs:DescribeServices on resource: arn:aws:ecs:us-east-1:573946584375:service/a/b because no identity-based policy allows the ecs:DescribeServices action";
    expect(explainAws(Object.assign(new Error(message), { name: "AccessDeniedException" }), prod)).toBe(
      "These credentials may not do that: ecs:DescribeServices on arn:aws:ecs:us-east-1:573946584375:service/a/b. Ask for it, or choose another AWS_PROFILE.",
    );
  });

  it("is told in AWS's own words where there is nothing to add, and left alone where it is none of AWS's", () => {
    const refused = Object.assign(error("InvalidParameterException"), { $metadata: {} });
    expect(explainAws(refused, prod)).toBe("AWS refused: what AWS says (InvalidParameterException)");
    expect(explainAws(new TypeError("ours"), prod)).toBeUndefined();
  });

  it("says that what answers is no AWS, without a hint to fields of an SDK", () => {
    const page = new Error("XML parse error: unexpected content.\n  Deserialization error: inspect the hidden field");
    expect(explainAws(Object.assign(page, { $responseBodyText: "<html>" }), local)).toMatch(
      /^What answers there is not the local endpoint: .*npm start prints\.$/,
    );
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
