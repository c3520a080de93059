import { describe, expect, it } from "vitest";
import { judgeTag } from "#cli/doctor/checks/images.ts";
import { ecrTagOf } from "#cli/doctor/registry.ts";
import { healthy, workspace } from "./examination.ts";

const day = 86_400_000;

describe("the tag of an image", () => {
  const tag = { registryId: "573946584375", region: "us-east-1", repositoryName: "mcp/workspace", imageTag: "latest" };
  const meaning = {
    kind: "image",
    digest: "sha256:index",
    digests: ["sha256:index", "sha256:a"],
    pushedAt: 0,
  } as const;

  it("is read from ECR's images only, and not from a digest", () => {
    expect(ecrTagOf(workspace.image)).toEqual(tag);
    expect(ecrTagOf(`${workspace.image.split(":")[0]}`)).toEqual(tag);
    expect(ecrTagOf(`${workspace.image}@sha256:a`)).toBeUndefined();
    expect(ecrTagOf("docker.io/mcp/workspace:latest")).toBeUndefined();
  });

  it("may mean an index, and a task the image it leads to", () => {
    expect(judgeTag(healthy, { tag, meaning, digests: ["sha256:a"] }, day)).toEqual([]);
  });

  it("is a warning if it moved, and a failure if it is gone", () => {
    expect(judgeTag(healthy, { tag, meaning, digests: ["sha256:0123456789abcdef"] }, 3 * day)).toMatchObject([
      {
        verdict: "warning",
        evidence:
          "mcp/workspace:latest moved 3 days ago: google_workspace runs 0123456789ab, and the tag now points to index, which the next task would run.",
      },
    ]);
    expect(judgeTag(healthy, { tag, meaning: { kind: "missing" }, digests: ["sha256:a"] }, 0)).toMatchObject([
      { verdict: "failure", evidence: expect.stringContaining("no new task can start") },
    ]);
  });
});
