import { createHash, randomInt } from "node:crypto";
import type { Action, RedirectAction, WeightedGroup } from "../model.ts";
import type { GroupMeter } from "./measurements.ts";
import { serverName } from "./page.ts";
import type { TargetGroup } from "./target-group.ts";

export interface ForwardChoice {
  readonly group: TargetGroup;
  readonly meter: GroupMeter;
  readonly weight: number;
  /** What the client's cookie holds for this group. */
  readonly cookie: string;
}

/** An action with everything looked up that does not depend on the request. */
export type Route =
  | { readonly kind: "forward"; readonly choices: readonly ForwardChoice[]; readonly stickyFor: number | undefined }
  | { readonly kind: "redirect"; readonly action: RedirectAction }
  | { readonly kind: "fixed"; readonly status: number; readonly headers: readonly string[]; readonly body: string };

/** `lookup` finds a group by ARN, with the counters of this balancer's traffic to it. */
export function compileRoute(
  action: Action,
  lookup: (arn: string) => { readonly group: TargetGroup; readonly meter: GroupMeter },
): Route {
  switch (action.type) {
    case "forward":
      return {
        kind: "forward",
        choices: action.groups.map((group) => ({ ...lookup(group.arn), ...weightOf(group, action.groups) })),
        stickyFor: action.stickyFor,
      };
    case "redirect":
      return { kind: "redirect", action };
    case "fixed-response":
      return {
        kind: "fixed",
        status: action.status,
        body: action.body,
        headers: [
          "Server",
          serverName,
          "Content-Type",
          action.contentType,
          "Content-Length",
          String(Buffer.byteLength(action.body)),
        ],
      };
  }
}

/** Groups get requests in proportion to their weights; one of weight 0 gets none. */
export function chooseGroup(choices: readonly ForwardChoice[]): ForwardChoice | undefined {
  if (choices.length === 1) return choices[0];
  const total = choices.reduce((sum, choice) => sum + choice.weight, 0);
  if (total === 0) return undefined;
  let left = randomInt(total);
  return choices.find((choice) => {
    left -= choice.weight;
    return left < 0;
  });
}

/** The opaque value of a stickiness cookie: it names a group or a target without revealing its address. */
export function cookieFor(identity: string): string {
  return createHash("sha256").update(identity).digest("base64url").slice(0, 32);
}

function weightOf(group: WeightedGroup, all: readonly WeightedGroup[]) {
  return { weight: all.length === 1 ? 1 : group.weight, cookie: cookieFor(group.arn) };
}
