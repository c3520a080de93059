import { describe, expect, it } from "vitest";
import { excerpt, excerptOfEnds, maskSecrets } from "#chat/text/mask.ts";

/** In parts, so that no scanner takes this file for a leak. */
const shaped = (...parts: readonly string[]) => parts.join("");

describe("credentials in text from elsewhere", () => {
  it.each([
    ["client_secret=GOCSPX-abcdefghijkl", "GOCSPX-abcdefghijkl"],
    ['{"password": "hunter2hunter2"}', "hunter2hunter2"],
    ["Authorization: Bearer abc.def-ghi_jkl", "abc.def-ghi_jkl"],
    ["Authorization: Splunk 5b1f0c80-5f0e-4b53-9a56-1c0d5e5b8c11", "5b1f0c80-5f0e-4b53"],
    ["posting to https://hooks.slack.com/services/T0/B0/xyz", "T0/B0/xyz"],
    ["xoxb-1234-5678-abcdef", "1234-5678-abcdef"],
    [shaped("xapp-1-A0", "1234-5678-abcdef"), "1234-5678"],
    ["redis://default:s3cr3tpass@cache:6379", "s3cr3tpass"],
    ["https://0123456789abcdef0123@o1.ingest.sentry.io/2", "0123456789abcdef0123"],
    ["GET /cb?code=4/0AX4XfWh&state=1", "4/0AX4XfWh"],
    ["key AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig", "eyJzdWIiOiIxIn0"],
    ["-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----", "MIIEvQIBADANBg"],
    ["-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r", "b3BlbnNzaC1r"],
    [shaped("glpat", "-abcdefghij0123456789"), "abcdefghij0123456789"],
    [shaped("sk", "-ant-api03-abcdefghij0123456789"), "abcdefghij0123456789"],
    [shaped("github_", "pat_11ABCDEFG0abcdefghij"), "11ABCDEFG0abcdefghij"],
    [shaped("hf_", "abcdefghijklmnopqrstuvwx"), "abcdefghijklmnopqrstuvwx"],
    [shaped("hvs", ".CAESIJ0123456789abcdef"), "CAESIJ0123456789abcdef"],
    [shaped("whsec_", "abcdefghijklmnopqrstuvwx"), "abcdefghijklmnopqrstuvwx"],
    ["Cookie: sid=abc123; theme=dark", "abc123"],
    ["AWS_SESSION_TOKEN: IQoJb3JpZ2luX2VjEAAaCXVzLWVhc3QtMSJH", "X2VjEAAaCXVz"],
    ["Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"],
    ['{\\"password\\":\\"hunter2hunter2\\"}', "hunter2hunter2"],
    ['password: "correct horse battery"', "battery"],
    ["mysql --user root --password hunter2hunter2", "hunter2hunter2"],
    ["postgres://app:pa@ss@db/orders", "ss@db"],
    ["ALTER USER app WITH PASSWORD 'hunter2hunter2'", "hunter2hunter2"],
    ["NEW_RELIC_LICENSE_KEY=0123456789abcdef", "0123456789abcdef"],
    [shaped("0123456789abcdef", "0123456789abcdef-us12"), "0123456789abcdef"],
    [shaped("MTAxNjQ1NjYyNjQ4NzY2NDc2MA.", "GHxyzA.", "abcdefghijklmnopqrstuvwxyz01"), "GHxyzA"],
    ["SSWS 00abcdefghijklmnopqrstuvwxyz", "00abcdefgh"],
    ["AccountKey=abc123+/def==;EndpointSuffix=core.windows.net", "abc123+/def"],
  ])("[SEC-5] [CHAT-8] are masked: %s", (line, secret) => {
    expect(maskSecrets(line)).not.toContain(secret);
    expect(maskSecrets(line)).toContain("•••");
  });

  it.each([
    "2026-09-23T20:01:12Z ERROR tool search_mail failed after 3 attempts: HTTP 503 from gmail.googleapis.com",
    "secret arn:aws:secretsmanager:us-east-1:573946584375:secret:/prod/mcp/splunk-AbCdEf: not found",
    "User: arn:aws:sts::573946584375:assumed-role/Exec/1 is not authorized to perform: secretsmanager:GetSecretValue on resource: *",
    "operation error ECR: GetAuthorizationToken: AccessDeniedException: no identity-based policy allows it",
    "Basic authentication failed, token: expired",
    "total_tokens=1532 max_tokens: 4096",
    "token: invalid_grant, tokenizer: cl100k_base, SecretId=/prod/mcp/splunk",
    "run --password --verbose",
    "retrieved secret from Secrets Manager did not contain json key SPLUNK_HEC_TOKEN",
  ])("[CHAT-8] leave what a reader needs as it is: %s", (line) => {
    expect(maskSecrets(line)).toBe(line);
  });
});

describe("an excerpt", () => {
  it("[CHAT-8] is masked although it is cut first, wherever the cut goes through a credential", () => {
    const secret = shaped("GOCSPX-", "abcdefghijklmnopqrst");
    for (let from = 4_180; from < 4_260; from++) {
      const told = excerpt(
        `${"Bearer abcdef0123456789abcdef0123456789 ".repeat(200).slice(0, from)} ${secret} ${"y".repeat(90_000)}`,
        240,
      );
      expect(told).not.toMatch(/GOCSPX-a|abcdef0123/);
      expect(told.length).toBeLessThanOrEqual(240);
    }
  });

  it("[CHAT-8] cuts no character in half", () => {
    for (let length = 1; length < 12; length++) {
      expect(excerpt("🔥🔥🔥🔥🔥🔥", length).isWellFormed()).toBe(true);
      expect(excerptOfEnds("🔥🔥🔥🔥🔥🔥", length + 4).isWellFormed()).toBe(true);
    }
  });

  it("[CHAT-10] of a reason keeps its end, which says what went wrong", () => {
    expect(excerptOfEnds(`ResourceInitializationError: ${"unable to … ".repeat(900)}no space left`, 200)).toMatch(
      /^ResourceInitializationError.* … .*no space left$/,
    );
  });
});
