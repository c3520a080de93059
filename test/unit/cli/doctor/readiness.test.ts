import { describe, expect, it } from "vitest";
import { defineFleet, planStage } from "#fleet";
import { askAws } from "#preflight/ask.ts";
import { ecrImageOf } from "#preflight/ecr-image.ts";
import { judgeAddresses } from "#preflight/questions/addresses.ts";
import { judgeConcurrency } from "#preflight/questions/concurrency.ts";
import { judgeImage } from "#preflight/questions/images.ts";
import { judgeQuotas } from "#preflight/questions/quotas.ts";
import { judgeDelegation } from "#preflight/questions/zone.ts";
import fleet from "../../../fixture/map.ts";
import { examinationOf, healthy, workspace } from "./examination.ts";

const evidence = (obstacles: readonly { readonly evidence: string }[]) => obstacles.map((one) => one.evidence);

describe("[AWS-4] what AWS would refuse later", () => {
  it("is an image that is not there, or is built for another architecture", () => {
    const arm = { ...workspace, architecture: "ARM64" } as const;
    expect(evidence(judgeImage(workspace, undefined))).toEqual([expect.stringContaining("is not in ECR")]);
    expect(evidence(judgeImage(arm, ["amd64"]))).toEqual([
      expect.stringMatching(/built for amd64, .* ARM64 \(arm64\)/),
    ]);
    for (const fits of [["amd64"], ["arm64", "amd64"], []]) expect(judgeImage(workspace, fits)).toEqual([]);
  });

  it("knows an image of ECR by its tag and by its digest, and no other registry's", () => {
    expect(ecrImageOf(workspace.image)).toMatchObject({ repositoryName: "mcp/workspace", id: { imageTag: "latest" } });
    expect(ecrImageOf(`${workspace.image.split(":")[0]}@sha256:a`)?.id).toEqual({ imageDigest: "sha256:a" });
    expect(ecrImageOf("docker.io/mcp/workspace:latest")).toBeUndefined();
  });

  it("is a reservation in a new account, and none where there is room", () => {
    expect(evidence(judgeConcurrency("us-east-1", { limit: 10, unreserved: 10 }))).toEqual([
      expect.stringContaining("10 unreserved concurrent executions of 10 in us-east-1"),
    ]);
    expect(judgeConcurrency("us-east-1", { limit: 1000, unreserved: 100 })).toHaveLength(1);
    expect(judgeConcurrency("us-east-1", { limit: 1000, unreserved: 1000 })).toEqual([]);
  });

  it("is a quota that is used up", () => {
    const addresses = { what: "Elastic IP addresses", wanted: 2, limit: 5 };
    expect(judgeQuotas("us-east-1", [{ ...addresses, used: 3 }])).toEqual([]);
    expect(evidence(judgeQuotas("us-east-1", [{ ...addresses, used: 4 }]))).toEqual([
      "us-east-1 has 4 Elastic IP addresses of 5 that the account may have, and the stage needs 2.",
    ]);
  });

  it("is a domain that leads elsewhere than to its zone", () => {
    const wanted = ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"];
    expect(judgeDelegation("prod", "a.com", { wanted, found: ["NS-2.awsdns-02.net.", "ns-1.awsdns-01.com"] })).toEqual(
      [],
    );
    for (const found of [[], ["ns1.parking.example"]])
      expect(judgeDelegation("prod", "a.com", { wanted, found })).toHaveLength(1);
  });

  it("[AWS-11] is an adopted address that is not there, or that another gateway has", () => {
    const [one, two] = ["eipalloc-0000000a", "eipalloc-0000000b"];
    const adopt = { addresses: [one, two] };
    const map = defineFleet({ ...fleet, stages: { prod: { ...fleet.stages.prod, adopt } } });
    const plan = planStage(map, "prod");
    const at = (AllocationId: string, AssociationId?: string) => ({
      AllocationId,
      PublicIp: "203.0.113.7",
      ...(AssociationId !== undefined && { AssociationId, NetworkInterfaceId: "eni-1" }),
    });
    expect(judgeAddresses(plan, [at(one), at(two, "eipassoc-1")], [two])).toEqual([]);
    expect(evidence(judgeAddresses(plan, [at(two, "eipassoc-1")], []))).toEqual([
      expect.stringContaining("there is no address eipalloc-0000000a in account 573946584375"),
      expect.stringContaining("eipalloc-0000000b (203.0.113.7) is in use by eni-1"),
    ]);
  });

  it("is no question that may not be asked: that is said, and stops nothing", async () => {
    const about = "whether it is so";
    const denied = Object.assign(new Error("not authorized to perform: ecr:BatchGetImage"), { name: "AccessDenied" });
    const obstacle = { evidence: "It is.", remedy: "Change it." };
    const { stage } = examinationOf(healthy);
    const answers = await askAws({ plan: stage.plan, aws: stage.aws, resolveNs: undefined }, [
      { about, ask: () => Promise.reject(denied) },
      { about, ask: async () => [obstacle] },
    ]);
    expect(answers).toEqual({
      obstacles: [obstacle],
      unasked: [`Not checked, ${about} (AccessDenied: not authorized to perform: ecr:BatchGetImage)`],
    });
  });
});
