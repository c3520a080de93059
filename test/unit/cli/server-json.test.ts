import { describe, expect, it } from "vitest";
import { type DraftOptions, draftOf } from "#cli/add/draft.ts";
import { packageOf, usual } from "#cli/add/package.ts";
import { parseServerJson } from "#cli/add/server-json.ts";
import { defineFleet } from "#fleet";
import fixture from "../../fixture/map.ts";

const stdio = { type: "stdio" };
const npm = { registryType: "npm", identifier: "@acme/notes-mcp", version: "1.2.3", transport: stdio };
const oci = { registryType: "oci", identifier: "ghcr.io/acme/notes:1.4", transport: { type: "streamable-http" } };

/** What `fleet add` makes of a `server.json`, as a map that is checked. */
function added(server: object | string, options: Partial<DraftOptions> = {}) {
  const parsed = parseServerJson(typeof server === "string" ? server : JSON.stringify(server), "server.json");
  const found = packageOf(fixture, parsed);
  const base = { name: "notes", login: "none", port: undefined, values: {}, published: undefined } as const;
  const draft = draftOf(fixture, found, { ...base, ...options });
  const { key, entry, secret } = draft;
  const keys = Object.fromEntries(Object.keys(secret?.keys ?? {}).map((one) => [one, { placeholder: "replace-me" }]));
  const secrets = { ...fixture.secrets, ...(secret && { [secret.name]: { description: "Its", keys } }) };
  defineFleet({ ...fixture, secrets, services: { ...fixture.services, [key]: entry } });
  return draft;
}
const of = (...packages: readonly object[]) => ({ name: "com.acme/notes", packages });
const named = (name: string, more: object = {}) => ({ type: "named", name, ...more });
const positional = (valueHint: string, more: object = {}) => ({ type: "positional", valueHint, ...more });

describe("a server.json", () => {
  it.each<[what: string, json: object]>([
    ["as it is", of(npm)],
    ["in an answer of the registry", { server: of(npm), _meta: { "io.modelcontextprotocol.registry/official": {} } }],
    ["in a list of one", { servers: [{ server: of(npm) }], metadata: { count: 1 } }],
    [
      "with null for what is not there",
      of({ ...npm, packageArguments: null, environmentVariables: [{ name: "A", choices: null }] }),
    ],
    [
      "of 2025-07-09, with underscores and no transport",
      {
        ...of({
          registry_type: "npm",
          registry_base_url: `https://${usual.npm}`,
          identifier: "@acme/notes-mcp",
          version: "1.2.3",
        }),
        version_detail: { version: "1.2.3" },
      },
    ],
  ])("is read %s", (_, json) => {
    expect(added(json).entry).toMatchObject({ sidecar: { login: "none", stdio: ["notes-mcp"] } });
  });

  it("of 2025-07-09 says by its old names what is secret, required, and an argument", () => {
    const old = {
      registry_type: "pypi",
      identifier: "notes",
      version: "1.0",
      package_arguments: [{ type: "positional", value_hint: "folder", is_required: true }],
      environment_variables: [{ name: "NOTES_LOGIN", is_required: true, is_secret: true }],
    };
    const { secret, open, entry, dockerfile } = added(of(old));
    expect(secret?.keys).toEqual({ NOTES_LOGIN: "" });
    expect(open).toEqual(["folder"]);
    expect(entry.local?.command).toEqual(["uvx", "--from", "notes==1.0", "notes", "<folder>"]);
    expect(dockerfile?.at(1)).toBe("RUN uv tool install 'notes==1.0'");
  });

  it("has arguments, named and positional, fixed, by default, with variables, optional and required", () => {
    const packageArguments = [
      positional("mode", { value: "serve" }),
      named("--root", { value: "{base}/notes", variables: { base: { default: "/srv" } } }),
      named("--mount", {
        value: "src={from},dst={to}",
        isRequired: true,
        variables: { from: { isRequired: true }, to: { default: "/to" } },
      }),
      named("--text", { value: "{not-declared}" }),
      named("--limit", { default: 10 }),
      named("--verbose", { format: "boolean", isRequired: true }),
      named("--level", { isRequired: true, choices: ["low", "high"], description: "How\nmuch" }),
      named("--extra"),
      positional("folder", { isRequired: true, isRepeated: true }),
    ];
    const server = of({ ...npm, packageArguments });
    const command = ["notes-mcp", "serve", "--root", "/srv/notes"];
    const rest = ["--text", "{not-declared}", "--limit", "10", "--verbose"];
    const { entry, open, leftOut } = added(server);
    expect(entry.sidecar).toMatchObject({
      stdio: [...command, "--mount", "<mount>", ...rest, "--level", "<level>", "<folder>"],
    });
    expect(open).toEqual(["from", "--verbose", "--level (How much; one of low, high)", "folder"]);
    expect(leftOut).toEqual(["--extra"]);
    const values = { from: "/a", "--level": "low", folder: "/b", "--extra": "x" };
    const given = added(server, { values });
    expect(given.entry.sidecar).toMatchObject({
      stdio: [...command, "--mount", "src=/a,dst=/to", ...rest, "--level", "low", "--extra", "x", "/b"],
    });
    expect([given.open, given.leftOut]).toEqual([["--verbose"], []]);
  });

  it("has variables: plain ones for the map, and secrets, also those that only their name or a part shows to be one", () => {
    const environmentVariables = [
      { name: "MODE", default: "fast" },
      { name: "SPACE", isRequired: true },
      { name: "PORT", default: "3000" },
      { name: "AWS_PROFILE", default: "default" },
      { name: "LOGIN", isSecret: true },
      { name: "API_TOKEN", isRequired: true },
      { name: "DB_PASSWORD", default: "postgres" },
      { name: "SPARE", isSecret: true, isRequired: false },
      { name: "HEADERS", value: "Bearer {token}", variables: { token: { isSecret: true } } },
    ];
    const server = of({ ...npm, environmentVariables });
    const { entry, secret, open, leftOut } = added(server);
    expect(entry.environment).toEqual({ MODE: "fast" });
    expect(Object.keys(secret?.keys ?? {})).toEqual(["LOGIN", "API_TOKEN", "DB_PASSWORD", "HEADERS"]);
    expect([secret?.given, open, leftOut]).toEqual([
      {},
      ["SPACE"],
      ["SPARE", expect.stringMatching(/^AWS_PROFILE: a task has a role/)],
    ]);
    const given = added(server, { values: { SPACE: "one", token: "t", SPARE: "s" } });
    expect(given.entry.environment).toEqual({ MODE: "fast", SPACE: "one" });
    expect(given.secret?.given).toEqual({ SPARE: "s", HEADERS: "Bearer t" });
    expect(JSON.stringify(given.entry)).not.toContain("Bearer");
  });

  it.each([
    ["pypi", { type: "named", name: "--from", value: "notes[mcp]==1.2.3" }, ["uvx", "--from", "notes[mcp]==1.2.3"]],
    ["pypi", { value: "--from" }, ["uvx", "--from", "notes==1.2.3"]],
    ["npm", { value: "--package=notes" }, ["npx", "-y", "--package", "notes@1.2.3"]],
  ])("of %s says which of the package's programs it is", (registryType, from, here) => {
    const packageArguments = [{ value: "notes-mcp" }, { name: "--fast", value: "" }];
    const one = { ...npm, registryType, identifier: "notes", runtimeArguments: [from], packageArguments };
    const { entry, leftOut } = added(of(one));
    expect(entry.sidecar).toMatchObject({ stdio: ["notes-mcp", "--fast"] });
    expect([entry.local?.command, leftOut]).toEqual([[...here, "notes-mcp", "--fast"], []]);
  });

  it("has a secret for an argument, which a shell puts there", () => {
    const packageArguments = [
      positional("mode", { value: "it's" }),
      named("--api-key", { isRequired: true, isSecret: true }),
    ];
    const { entry, secret, dockerfile } = added(of({ ...npm, packageArguments }));
    const line = `exec notes-mcp 'it'\\''s' --api-key "$API_KEY"`;
    expect(secret?.keys).toEqual({ API_KEY: "" });
    expect(entry.sidecar).toMatchObject({ stdio: ["sh", "-c", line] });
    expect(dockerfile?.at(-1)).toBe(`CMD ${JSON.stringify(["sh", "-c", line])}`);
    expect(() => added(of({ ...oci, packageArguments }))).toThrow(/--api-key, which an image gets from a shell alone/);
  });

  it("of a package over HTTP is started in place of the sidecar that its image has", () => {
    const http = {
      ...npm,
      transport: { type: "streamable-http", url: "http://127.0.0.1:{--port}/api/mcp" },
      packageArguments: [named("--port", { default: "3000" })],
    };
    const { entry, dockerfile } = added(of(http));
    expect(entry).toMatchObject({
      entryPoint: ["notes-mcp", "--port", "$PORT"],
      port: 3000,
      healthPath: "/api/mcp",
      healthCodes: "200-499",
      sidecar: { login: "none", path: "/api/mcp" },
      local: { command: ["npx", "-y", "@acme/notes-mcp@1.2.3", "--port", "$PORT"] },
    });
    expect(dockerfile).toHaveLength(2);
  });

  it.each([
    ["a tag", oci, "ghcr.io/acme/notes:1.4"],
    ["a digest", { ...oci, identifier: `acme/notes@sha256:${"0".repeat(64)}` }, `acme/notes@sha256:${"0".repeat(64)}`],
    ["a version beside it", { ...oci, identifier: "acme/notes", version: "2" }, "acme/notes:2"],
    [
      "a registry beside it",
      { ...oci, identifier: "acme/notes", version: "2", registryBaseUrl: "https://ghcr.io" },
      "ghcr.io/acme/notes:2",
    ],
    [
      "a registry with a port",
      { ...oci, identifier: "registry.example.com:5000/notes" },
      "registry.example.com:5000/notes:latest",
    ],
  ])("of an image with %s", (_, image, expected) => {
    expect(added(of(image)).entry).toMatchObject({ image: expected, port: 8000, healthPath: "/mcp" });
  });

  it("of an image has what docker is told: variables are the entry's, and the rest is said to be left out", () => {
    const runtimeArguments = [
      named("-e", { value: "KIND={kind}", variables: { kind: { isRequired: true, choices: ["a", "b"] } } }),
      named("--network", { value: "host" }),
      named("-p", { value: "8000:8000" }),
    ];
    const server = of({ ...oci, runtimeArguments });
    expect(added(server).leftOut).toEqual(["kind (one of a, b)", "--network, which is for docker"]);
    expect(added(server, { values: { kind: "a" } }).entry.environment).toEqual({ KIND: "a" });
  });

  it("has several packages, of which the first that can run is taken", () => {
    const packages = [
      { ...npm, registryType: "mcpb" },
      { ...oci, transport: stdio },
      { ...npm, transport: { type: "sse" } },
      npm,
      oci,
    ];
    expect(added(of(...packages)).entry.sidecar).toMatchObject({ stdio: ["notes-mcp"] });
  });

  it.each<[what: string, server: object | string, words: RegExp]>([
    ["no JSON", "{", /^server\.json is no JSON\. It is what/],
    ["nothing", "", /^server\.json is no JSON: it is empty\./],
    ["something else", [], /is no server\.json of the MCP registry: .*name npm:<package>/],
    ["a field that is missing", of({ registryType: "npm" }), /: packages\.0\.identifier: /],
    [
      "a variable that is none",
      of({ ...npm, environmentVariables: [{ name: "A B" }] }),
      /environmentVariables\.0\.name/,
    ],
    [
      "several servers",
      { servers: [{ server: of(npm) }, { server: of(npm) }] },
      /lists 2 servers: name the address of one/,
    ],
    ["no server", { servers: [] }, /lists 0 servers/],
    [
      "a million brackets",
      "[".repeat(1e6) + "]".repeat(1e6),
      /^server\.json is nested more than 500 deep\. It is what/,
    ],
    [
      "remotes alone",
      { name: "com.acme/notes", remotes: [{ type: "sse", url: "https://acme.example/sse" }] },
      /no package.*Clients connect to https:\/\/acme\.example\/sse/,
    ],
    ["nothing to run", { name: "com.acme/notes" }, /Name a package of it/],
    ["an image that speaks stdio", of({ ...oci, transport: stdio }), /has no sidecar in it: copy/],
    [
      "packages of other kinds",
      of({ ...npm, registryType: "nuget" }, { ...npm, registryType: "cargo" }),
      /of nuget, .*\n.*of cargo, /,
    ],
    ["SSE", of({ ...npm, transport: { type: "sse", url: "http://127.0.0.1/sse" } }), /speaks sse.*newer version/],
    [
      "a name that is a command",
      of({ ...npm, identifier: "x; curl evil" }),
      /is no name of a package in registry\.npmjs\.org/,
    ],
    ["a name that is an option", of({ ...npm, identifier: "--registry=http://evil" }), /is no name of a package/],
    [
      "a name in another place",
      of({ ...npm, registryType: "pypi", identifier: "git+https://evil" }),
      /is no name of a package in pypi\.org/,
    ],
    ["a version that is a command", of({ ...npm, version: "1 && evil" }), /for a version: name one alone/],
    ["a range", of({ ...npm, version: "^1.0.0" }), /for a version/],
    [
      "a registry of its own",
      of({ ...npm, registryBaseUrl: "https://npm.acme.example" }),
      /fetched from registry\.npmjs\.org/,
    ],
  ])("with %s is refused in one line with a remedy", (_, server, words) => {
    expect(() => added(server)).toThrow(words);
  });
});
