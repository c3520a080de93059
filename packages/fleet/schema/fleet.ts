import * as v from "valibot";
import { closed, expectation } from "../expectation.ts";
import { Alarms } from "./alarm.ts";
import { Chat } from "./chat.ts";
import { dnsLabel, domain, list, matching, named, region, some, whole } from "./field.ts";
import { Secret } from "./secret.ts";
import { Service } from "./service.ts";
import { SidecarImage } from "./sidecar.ts";
import { Stage } from "./stage.ts";

export const Fleet = closed({
  domain,
  subdomain: v.optional(dnsLabel),
  region: v.optional(region),
  oauth: v.optional(
    closed({
      paths: v.pipe(
        list(
          // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
          matching(
            /^\/[\w.$/~"'@:+&*?-]{0,127}$/,
            "a path pattern that begins with /, at most 128 letters, digits and _-.$/~\"'@:+&*?",
            "Put a / in front.",
          ),
          "path patterns",
        ),
        v.maxLength(
          4,
          expectation(
            "one to four path patterns",
            "An ALB rule holds five condition values, and the host is one: combine some with *.",
          ),
        ),
      ),
      priority: v.optional(whole(2, 999, "", "Services' own rules begin at 1000.")),
    }),
  ),
  audit: v.optional(
    closed({
      secret: v.string(),
      index: matching(
        /^[a-z0-9][a-z0-9_-]{0,79}$/,
        "the name of a Splunk index: a-z, 0-9, _ and -, a letter or digit first",
        "Copy the name from Splunk's list of indexes.",
      ),
    }),
  ),
  sidecar: v.optional(SidecarImage),
  alarms: Alarms,
  chat: v.optional(Chat),
  secrets: named(
    matching(/^[a-z0-9][a-z0-9-]{0,199}$/, "a name of a-z, 0-9 and -", "It becomes the end of the secret's path."),
    Secret,
    "secret",
  ),
  // `<stage>-mcp-alb-50` is a balancer's name, of 32 characters; Redis takes no two hyphens together.
  stages: some(
    matching(
      /^(?=.{1,20}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
      "a name of a-z, 0-9 and single -, a letter first, at most 20 characters",
      "Rename the stage.",
    ),
    Stage,
    "stage",
  ),
  services: some(
    matching(/^[a-z][a-z0-9_]*$/, "a key of a-z, 0-9 and _, a letter first", "Rename the service."),
    Service,
    "service",
  ),
});
