import { expect, it } from "vitest";
import { fleet } from "../newcomer/operator.ts";
import { openRefusing } from "../newcomer/refusing-endpoint.ts";

it("names the permission that each check lacks, and calls nothing healthy", async () => {
  const { url, close } = await openRefusing("denied", "000000000000");
  const args = ["doctor", "--stage", "local", "--only", "targets", "redis", "--json"];
  const { code, out } = await fleet(args, { env: { AWS_ENDPOINT_URL: url } });
  await close();
  expect({ code, results: JSON.parse(out).results }).toEqual({
    code: 1,
    results: [
      { id: "targets", verdict: "failure", evidence: expect.stringContaining("ecs:DescribeServices") },
      {
        id: "redis",
        verdict: "failure",
        evidence: expect.stringContaining("elasticache:DescribeReplicationGroups"),
      },
    ],
  });
});
