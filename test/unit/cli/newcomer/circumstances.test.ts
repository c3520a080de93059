import { devNull } from "node:os";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadMapFrom } from "#fleet";
import { openEmptyCloud } from "../../../endpoint/empty-cloud.ts";
import { named, onStages, readers } from "../../../fixture/commands.ts";
import { expectRefusal, fleet } from "./operator.ts";
import { openRefusing } from "./refusing-endpoint.ts";

/** The environment of somebody who has set nothing up, and does not want to wait for the SDK to try again. */
beforeEach(() => {
  for (const name of [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_ENDPOINT_URL",
  ])
    vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_CONFIG_FILE", devNull);
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", devNull);
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function useCredentials(endpoint: string): void {
  vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
  // What is refused stays so: nobody waits for the attempts.
  vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAOPERATOR");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "unchecked");
}

describe("circumstances that no command line can fix exit with 1 and the remedy", () => {
  const asking = onStages.filter(({ name }) => !["fleet cost", "fleet open", "fleet policy"].includes(name));

  it.each(named(asking))("%s without credentials", async (_, { path, args }) => {
    const said = await fleet([...path, ...args, "--stage", "prod"]);
    expectRefusal(said, { code: 1, says: /^No AWS credentials: set AWS_PROFILE/ });
  });

  it.each(named(asking))("%s where no endpoint answers", async (_, { path, args }) => {
    const said = await fleet([...path, ...args, "--stage", "local"], {
      env: { AWS_ENDPOINT_URL: "http://127.0.0.1:1" },
    });
    expectRefusal(said, { code: 1, says: /^The local endpoint does not answer: start it with npm start/ });
  });

  it("fleet open, fleet cost and fleet policy need no answer from AWS", async () => {
    expect(await fleet(["policy", "later", "--stage", "prod"])).toMatchObject({ code: 0, err: [] });
    expect(await fleet(["open", "google", "--stage", "prod"])).toMatchObject({ code: 0, err: [] });
    expect(await fleet(["cost", "--stage", "prod"])).toMatchObject({ code: 0, err: [] });
  });

  // The page of the console says what it may not read; the doctor judges each thing for itself.
  const judging = ["fleet console", "fleet doctor", "fleet move check"];
  const refusable = asking.filter(({ name }) => !judging.includes(name));

  it("with credentials that may not do it: the permission is named", async () => {
    const endpoint = await openRefusing("denied", "573946584375");
    useCredentials(endpoint.url);
    for (const { path, args } of refusable) {
      const said = await fleet([...path, ...args, ...(path[1] === "set" ? ["SPLUNK_HEC_URL"] : []), "--stage", "prod"]);
      expectRefusal(said, {
        code: 1,
        says: /^These credentials are not allowed to do that: [a-z]+:[A-Z]\w+\. Ask for it, or choose/,
      });
    }
    await endpoint.close();
  });

  it.each([
    ["expired", /^The AWS credentials have expired: run aws sso login/],
    ["throttled", /^AWS still throttles this account's calls/],
  ] as const)("with credentials that are %s", async (refusal, says) => {
    const endpoint = await openRefusing(refusal, "573946584375");
    useCredentials(endpoint.url);
    for (const { path, args } of refusable)
      expectRefusal(await fleet([...path, ...args, "--stage", "prod"]), { code: 1, says });
    await endpoint.close();
  });

  it("[AWS-11] fleet move check with credentials that may not do it names each question, and is no success", async () => {
    const endpoint = await openRefusing("denied", "573946584375");
    useCredentials(endpoint.url);
    const { args = [] } = onStages.find(({ name }) => name === "fleet move check") ?? {};
    const { code, err } = await fleet(["move", "check", ...args, "--stage", "prod"]);
    expect(code).toBe(1);
    expect(err.join("\n")).toMatch(
      /^Not checked, whether the images exist .*\n[\s\S]*Not checked, what of the stage is deployed/m,
    );
    await endpoint.close();
  });

  it("with the credentials of another account, and of this machine's endpoint", async () => {
    for (const [account, says] of [
      [
        "111111111111",
        /belongs to account 573946584375, and these credentials to 111111111111: choose another AWS_PROFILE/,
      ],
      ["000000000000", /AWS_ENDPOINT_URL points to this machine: unset it\.$/],
    ] as const) {
      const endpoint = await openRefusing("denied", account);
      useCredentials(endpoint.url);
      expectRefusal(await fleet(["status", "--stage", "prod"]), { code: 1, says });
      await endpoint.close();
    }
  });
});

describe("an unusable fleet.config.ts", () => {
  it.each([
    [
      "a file that does not parse",
      () => loadMapFrom(() => Promise.reject(new SyntaxError("Expected '}'"))),
      /^fleet\.config\.ts has a mistake; nothing was deployed\.\n.*SyntaxError: Expected '}'[\s\S]*npx tsc/,
    ],
    [
      "a file without a map",
      () => loadMapFrom(async () => ({})),
      /^fleet\.config\.ts has a mistake; nothing was deployed\.\n +export default = \(not set\)\n.*defineFleet\(/,
    ],
  ])("%s is reported as such", async (_, readMap, says) => {
    const { code, out, err } = await fleet(["cost", "--stage", "prod"], { readMap });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err.join("\n")).toMatch(says);
  });
});

describe("a stage that was never deployed", () => {
  it("[AWS-4] is told by the doctor what it lacks, which calls nothing fine", async () => {
    const { env, close } = await openEmptyCloud("573946584375");
    useCredentials(env.AWS_ENDPOINT_URL);
    const { code, out } = await fleet(["doctor", "--stage", "prod", "--json"]);
    await close();
    const results: readonly { readonly id: string; readonly verdict: string; readonly evidence: string }[] =
      JSON.parse(out).results;
    expect(results.map(({ id, verdict }) => `${verdict} ${id}`)).toEqual([
      "failure deployment",
      "failure readiness",
      "skipped readiness",
    ]);
    expect(results[1]?.evidence).toContain("mcp/workspace:latest, which is not in ECR");
    expect(code).toBe(1);
  });

  /** What is not a failure there: it says that nothing is there. */
  const fineThere: Readonly<Record<string, RegExp>> = {
    "fleet secrets list": /google-oauth +- +missing/,
    "fleet alarms list": /has no alarms: deploy it/,
    "fleet move check": /No name of stage local is one of Terraform's[\s\S]*\n0 collisions/,
    "fleet diff": /^Stage local is not deployed: a deploy creates .*\n\+ service google_workspace, at https:/,
  };

  it("gets an answer from every command: nothing is there, and how to create it", async () => {
    const { env, close } = await openEmptyCloud();
    // To `deploy` nothing there is the usual case: it says what it would create, and asks.
    const others = ["fleet cost", "fleet open", "fleet policy", "fleet console", "fleet doctor", "fleet deploy"];
    const asking = onStages.filter(({ name }) => !others.includes(name));
    for (const { name, path, args } of asking) {
      const said = await fleet([...path, ...args, "--stage", "local"], { env });
      const fine = fineThere[name];
      if (fine !== undefined)
        expect({ name, code: said.code, out: said.out }).toEqual({ name, code: 0, out: expect.stringMatching(fine) });
      else {
        expect(said.code, name).toBeGreaterThan(0);
        expectRefusal(said, { code: said.code, says: /npm start|see fleet alarms list|--from-file/ });
      }
    }
    for (const { name, path, args } of readers.filter(({ name }) => name in fineThere)) {
      const { code, out } = await fleet([...path, ...args, "--json", "--stage", "local"], { env });
      expect({ name, code, document: typeof JSON.parse(out) }).toEqual({ name, code: 0, document: "object" });
    }
    await close();
  });
});
