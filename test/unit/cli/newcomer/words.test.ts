import { describe, expect, it } from "vitest";
import { all, has, leaves, named, onStages, reporting } from "../../../fixture/commands.ts";
import { expectRefusal, fleet } from "./operator.ts";

const withArguments = leaves.filter(({ command }) => command.registeredArguments.some(({ required }) => required));
const withoutRest = leaves.filter(({ command }) => command.registeredArguments.at(-1)?.variadic !== true);
const taking = (argument: string) =>
  onStages.filter(({ command }) => command.registeredArguments.some((one) => one.name() === argument));

const timed = onStages.filter((one) => has(one, "--timeout"));
const nowhere = { AWS_ENDPOINT_URL: "http://127.0.0.1:1" };

describe("a wrong command line exits with 2 and says what is right", () => {
  it.each(named(leaves))("%s with an unknown option", async (_, { path, args, name }) => {
    const said = await fleet([...path, ...args, "--no-such-option=its-value"]);
    expectRefusal(said, {
      code: 2,
      says: new RegExp(`^Unknown option '--no-such-option'.*\nUsage: ${name} .*--help$`, "s"),
    });
  });

  it.each(named(withArguments))("%s without its argument", async (_, { path, name }) => {
    const said = await fleet(path);
    expectRefusal(said, { code: 2, says: new RegExp(`^Missing required argument.*\nUsage: ${name} .*<.*--help$`) });
  });

  it.each(named(withoutRest))("%s with a word too many", async (_, { path, args, name }) => {
    const said = await fleet([...path, ...args, "superfluous"]);
    expectRefusal(said, { code: 2, says: new RegExp(`^Too many arguments.*\nUsage: ${name}`) });
  });

  it.each([
    [["policy", "nope"], /^role nope: use first, later, read, drill, execution\.\nUsage: fleet policy/],
    [["completion", "tcsh"], /^shell tcsh: use bash, zsh, fish\.\nUsage: fleet completion/],
    [
      ["doctor", "--only", "mcp,targts"],
      /^--only targts: no such check\. Did you mean "targets"\? There are name-servers, /,
    ],
    [["doctor", "--only", "mcp", ""], /^--only "": no such check\. There are name-servers, /],
  ])("[OPS-4] fleet %j, with what there is instead", async (words, says) => {
    expectRefusal(await fleet([...words, "--stage", "local"]), { code: 2, says });
  });

  it.each(named(onStages))("%s for a stage that is not in the map", async (_, { path, args }) => {
    const said = await fleet([...path, ...args, "--stage", "nope"]);
    expectRefusal(said, {
      code: 2,
      says: /^No stage nope: .* has prod, local\. Name one with --stage or FLEET_STAGE\.$/,
    });
  });

  it.each(named(onStages))("%s without a stage", async (_, { path, args }) => {
    expectRefusal(await fleet([...path, ...args]), {
      code: 2,
      says: /^Which stage\? .*--stage or FLEET_STAGE: prod, local/,
    });
  });

  it.each(named(taking("secret")))("%s for a secret that is not in the map", async (_, { path, args }) => {
    const said = await fleet([...path, "nope", ...args.slice(1), "--stage", "prod"]);
    expectRefusal(said, { code: 2, says: /^No secret nope in stage prod: it has google-oauth, splunk/ });
  });

  it.each(named(timed))("%s with an invalid time, before anything is read", async (_, { path, args }) => {
    const said = await fleet([...path, ...args, "--timeout", "soon", "--stage", "local"], { env: nowhere });
    expectRefusal(said, { code: 2, says: /^--timeout soon: .* such as 15m or 2h\.$/ });
  });
});

describe("what is printed for people and for programs", () => {
  it("[OPS-4] has a JSON Schema of all that --json prints", async () => {
    const { code, out } = await fleet(["schema"]);
    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(out)).toSorted()).toEqual(reporting.map(({ path }) => path.join(" ")).toSorted());
    const one = JSON.parse((await fleet(["schema", "alarms", "list"])).out);
    expect(one).toMatchObject({ type: "object", required: ["stage", "alarms"] });
    expectRefusal(await fleet(["schema", "redeploy"]), { code: 2, says: /^No JSON of redeploy: there is status, / });
  });

  it("has --json wherever something is read", () => {
    const acting = [
      "add",
      "alarms acknowledge",
      "alarms close",
      "alarms mute",
      "alarms test",
      "completion",
      "console",
      "deploy",
      "help",
      "open",
      "redeploy",
      "remove",
      "scale",
      "schema",
    ];
    const secrets = ["secrets import", "secrets rotate", "secrets set", "secrets stage"];
    const without = leaves.filter((one) => !has(one, "--json")).map(({ path }) => path.join(" "));
    expect(without.toSorted()).toEqual([...acting, ...secrets, "policy", "shell"].toSorted());
  });

  it.each(named(all.filter(({ path }) => path.length > 0)))(
    "%s --help explains all of it within 80 columns",
    async (_, { path, command }) => {
      const { code, out, err } = await fleet([...path, "--help"]);
      expect({ code, err }).toEqual({ code: 0, err: [] });
      expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
      for (const { long, description } of command.options) {
        expect(out).toContain(long);
        expect(description, long ?? "").not.toBe("");
      }
      for (const argument of command.registeredArguments) expect(argument.description, argument.name()).not.toBe("");
      expect(out).not.toContain("\u001b");
    },
  );

  it("shows the help of a command to any depth, and everything without one", async () => {
    const [help, same] = [await fleet(["help", "secrets", "set"]), await fleet(["secrets", "set", "--help"])];
    expect(help).toEqual(same);
    expectRefusal(await fleet(["help", "secrets", "nope"]), { code: 2, says: /^Unknown command 'nope'/ });
    const { code, out, err } = await fleet([]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err.join("\n")).toMatch(/Usage: fleet[\s\S]*Exit codes: 0 done, 1 failed.*2 wrong usage/);
  });
});
