import * as v from "valibot";
import { closed, expectation } from "../expectation.ts";
import { Command, Environment, Image, Uses } from "./container.ts";
import { matching, means, variableName, whole } from "./field.ts";

const common = {
  login: v.picklist(
    ["google", "openid", "none"],
    expectation('"google", "openid" or "none"', 'Say who may use the server; "none" lets in anybody.'),
  ),
  secrets: v.optional(Uses),
  environment: v.optional(Environment),
  callsPerMinute: v.optional(whole(1, 1_000_000, " requests a minute", "Omit it for 600.")),
};

const Http = closed({
  ...common,
  path: v.optional(matching(/^\/[!-~]{0,1023}$/, "a path that begins with /", 'Put a / in front, as in "/mcp".')),
  bearer: v.optional(variableName),
});

const Stdio = closed({
  ...common,
  stdio: Command,
  instances: v.optional(
    v.picklist(["caller", "shared"], expectation('"caller" or "shared"', 'Omit it for the default, "caller".')),
  ),
});

export const Sidecar = v.lazy((input) => (means(input, "stdio") ? Stdio : Http));

export const SidecarImage = closed({ image: Image });
