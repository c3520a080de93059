import { describe, expect, it } from "vitest";
import { maskSecrets } from "#chat/text/mask.ts";

describe("credentials in log lines", () => {
  it.each([
    ["client_secret=GOCSPX-abcdefghijkl", "GOCSPX-abcdefghijkl"],
    ['{"password": "hunter2hunter2"}', "hunter2hunter2"],
    ["Authorization: Bearer abc.def-ghi_jkl", "abc.def-ghi_jkl"],
    ["Authorization: Splunk 5b1f0c80-5f0e-4b53-9a56-1c0d5e5b8c11", "5b1f0c80-5f0e-4b53"],
    ["posting to https://hooks.slack.com/services/T0/B0/xyz", "T0/B0/xyz"],
    ["xoxb-1234-5678-abcdef", "1234-5678-abcdef"],
    ["redis://default:s3cr3tpass@cache:6379", "s3cr3tpass"],
    ["GET /cb?code=4/0AX4XfWh&state=1", "4/0AX4XfWh"],
    ["key AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig", "eyJzdWIiOiIxIn0"],
    ["-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----", "MIIEvQIBADANBg"],
  ])("[SEC-5] are masked: %s", (line, secret) => {
    expect(maskSecrets(line)).not.toContain(secret);
    expect(maskSecrets(line)).toContain("•••");
  });

  it("leave an ordinary line as it is", () => {
    const line =
      "2026-09-23T20:01:12Z ERROR tool search_mail failed after 3 attempts: HTTP 503 from gmail.googleapis.com";
    expect(maskSecrets(line)).toBe(line);
  });
});
