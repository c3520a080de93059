import * as v from "valibot";
import { closed, expectation } from "../expectation.ts";
import { Chat } from "./chat.ts";
import { dnsLabel, domain, whole } from "./field.ts";
import { Secret } from "./secret.ts";
import { Alarms, Service } from "./service.ts";
import { Stage } from "./stage.ts";

export const Fleet = closed({
  domain,
  subdomain: v.optional(dnsLabel),
  region: v.optional(v.string()),
  oauth: closed({
    paths: v.pipe(
      v.array(v.string()),
      v.minLength(1, expectation("one to five path patterns", "Name the OAuth paths.")),
      v.maxLength(
        5,
        expectation("one to five path patterns", "An ALB rule holds five condition values: join some with *."),
      ),
    ),
    priority: v.optional(whole(2, 999, "", "Services' own rules begin at 1000.")),
  }),
  audit: closed({ secret: v.string(), index: v.string() }),
  alarms: Alarms,
  chat: v.optional(Chat),
  secrets: v.record(
    v.pipe(
      v.string(),
      v.regex(
        /^[a-z0-9][a-z0-9-]*$/,
        expectation("a name of a-z, 0-9 and -", "It becomes the end of the secret's path."),
      ),
    ),
    Secret,
  ),
  stages: v.record(
    v.pipe(
      v.string(),
      v.regex(/^[a-z][a-z0-9-]*$/, expectation("a name of a-z, 0-9 and -, a letter first", "Rename the stage.")),
    ),
    Stage,
  ),
  services: v.record(
    v.pipe(
      v.string(),
      v.regex(/^[a-z][a-z0-9_]*$/, expectation("a key of a-z, 0-9 and _, a letter first", "Rename the service.")),
    ),
    Service,
  ),
});
