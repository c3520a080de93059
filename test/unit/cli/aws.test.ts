import { describe, expect, it } from "vitest";
import { explainAws, settingsOf } from "#cli/aws.ts";
import { planStage } from "#fleet";
import fixture from "../../fixture/map.ts";

const prod = planStage(fixture, "prod");
const local = planStage(fixture, "local");

function error(name: string, code?: string): Error {
  return Object.assign(new Error("what AWS says"), { name, ...(code !== undefined && { code }) });
}

describe("an AWS error, as an operator reads it", () => {
  it.each([
    [error("ExpiredTokenException"), prod, "The AWS credentials have expired: run aws sso login"],
    [error("UnrecognizedClientException"), prod, "does not accept these credentials (UnrecognizedClientException)"],
    [error("AccessDeniedException"), prod, "These credentials are not allowed to do that: what AWS says. Ask for it"],
    [error("ThrottlingException"), prod, "AWS still throttles this account's calls after several tries: wait a minute"],
    [error("ClusterNotFoundException"), prod, "Stage prod is in the map but not deployed, or not in this region"],
    [error("ServiceNotFoundException"), local, "npm start"],
    [error("Error", "ENOTFOUND"), prod, "AWS cannot be reached"],
    [error("Error", "ECONNREFUSED"), local, "start it with npm start"],
  ])("%s says what to do", (one, plan, text) => {
    expect(explainAws(one, plan)).toContain(text);
  });

  it("names the permission that is missing, and what for", () => {
    const message =
      "User: arn:aws:iam::573946584375:user/op is not authorized to perform: ecs:DescribeServices on resource: arn:aws:ecs:us-east-1:573946584375:service/a/b because no identity-based policy allows the ecs:DescribeServices action";
    expect(explainAws(Object.assign(new Error(message), { name: "AccessDeniedException" }), prod)).toBe(
      "These credentials are not allowed to do that: ecs:DescribeServices on arn:aws:ecs:us-east-1:573946584375:service/a/b. Ask for it, or choose another AWS_PROFILE.",
    );
  });

  it("keeps AWS's own words if there is nothing to add, and is left alone if it is not from AWS", () => {
    const refused = Object.assign(error("InvalidParameterException"), { $metadata: {} });
    expect(explainAws(refused, prod)).toBe("AWS refused: what AWS says (InvalidParameterException)");
    expect(explainAws(new TypeError("ours"), prod)).toBeUndefined();
  });

  it("says that what answers is not AWS, without mentioning fields of an SDK", () => {
    const page = new Error("XML parse error: unexpected content.\n  Deserialization error: inspect the hidden field");
    expect(explainAws(Object.assign(page, { $responseBodyText: "<html>" }), local)).toMatch(
      /^Something other than the local endpoint answered: .*npm start prints\.$/,
    );
  });
});

describe("where calls go", () => {
  it("is AWS by the operator's own settings, or this machine without them", () => {
    expect(settingsOf(prod, { AWS_ENDPOINT_URL: "http://127.0.0.1:4577" })).toEqual({ region: "us-east-1" });
    for (const env of [{}, { AWS_ENDPOINT_URL: "" }])
      expect(settingsOf(local, env)).toMatchObject({
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
