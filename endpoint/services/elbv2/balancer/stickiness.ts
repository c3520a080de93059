import type { ForwardChoice, Route } from "./route.ts";
import { chooseGroup, cookieFor } from "./route.ts";
import type { Target } from "./target.ts";

type ForwardRoute = Extract<Route, { kind: "forward" }>;

export interface Selection {
  readonly choice: ForwardChoice;
  /** Absent when the group has no target that may get requests. */
  readonly target: Target | undefined;
  /** `Set-Cookie` values that bring the client back to the same group and target. */
  readonly cookies: readonly string[];
}

const noCookies: readonly string[] = [];

/**
 * Chooses group and target, by the client's cookies where the rule or the group is sticky.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#sticky-sessions
 */
export function select(route: ForwardRoute, cookieHeader: string | undefined): Selection | undefined {
  const single = route.choices[0];
  if (single !== undefined && route.choices.length === 1 && single.group.settings.stickyFor === undefined) {
    return { choice: single, target: single.group.pick(), cookies: noCookies };
  }
  const jar = parseCookies(cookieHeader);
  const known = route.choices.find((one) => one.weight > 0 && one.cookie === jar.get("AWSALBTG"));
  const choice = (route.stickyFor === undefined ? undefined : known) ?? chooseGroup(route.choices);
  if (choice === undefined) return undefined;
  const cookies: string[] = [];
  if (route.stickyFor !== undefined) cookies.push(...cookiePair("AWSALBTG", choice.cookie, route.stickyFor));
  const { stickyFor } = choice.group.settings;
  if (stickyFor === undefined) return { choice, target: choice.group.pick(), cookies };
  const wanted = jar.get("AWSALB");
  const target = choice.group.eligible((one) => targetCookie(one) === wanted) ?? choice.group.pick();
  if (target !== undefined) cookies.push(...cookiePair("AWSALB", targetCookie(target), stickyFor));
  return { choice, target, cookies };
}

/** The second cookie is for requests from other sites: browsers keep it only with `SameSite=None; Secure`. */
function cookiePair(name: string, value: string, lifetime: number): string[] {
  const expires = new Date(Date.now() + lifetime).toUTCString();
  return [
    `${name}=${value}; Expires=${expires}; Path=/`,
    `${name}CORS=${value}; Expires=${expires}; Path=/; SameSite=None; Secure`,
  ];
}

function targetCookie(target: Target): string {
  return cookieFor(`${target.id}:${target.port}`);
}

function parseCookies(header: string | undefined): ReadonlyMap<string, string> {
  const pairs = (header ?? "").split(";").map((pair): [string, string] => {
    const equals = pair.indexOf("=");
    return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
  });
  return new Map(pairs);
}
