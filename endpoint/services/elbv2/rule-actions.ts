import { isDeepStrictEqual } from "node:util";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import type { Action } from "./model.ts";
import type { Records } from "./records.ts";
import { type ActionInput, invalid } from "./schema.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const groupsPerAction = 5;

const contentTypes = ["text/plain", "text/css", "text/html", "application/javascript", "application/json"];

/**
 * Checks the actions of a rule or a listener and completes them as `DescribeRules` shows them: with the defaults of a
 * redirect, and a single target group both ways it can be written.
 */
export function completeActions(actions: readonly ActionInput[], records: Records): readonly ActionInput[] {
  const [action, ...others] = actions;
  if (action === undefined || others.length > 0) {
    if (others.length > 0 && actions.some(({ Type }) => Type.startsWith("authenticate"))) throw unsupported(actions);
    throw new AwsError(
      "InvalidLoadBalancerAction",
      "A rule must have exactly one forward, redirect or fixed-response action",
    );
  }
  switch (action.Type) {
    case "forward":
      return [completeForward(action, records)];
    case "redirect":
      return [completeRedirect(action)];
    case "fixed-response":
      return [completeFixedResponse(action)];
    default:
      throw unsupported(actions);
  }
}

function unsupported(actions: readonly ActionInput[]): AwsError {
  return notEmulated(`A rule with the actions ${actions.map(({ Type }) => Type).join(", ")}`);
}

function completeForward(action: ActionInput, records: Records): ActionInput {
  const given = action.ForwardConfig?.TargetGroups ?? [];
  const arns =
    action.TargetGroupArn === undefined || given.length > 0 ? given : [{ TargetGroupArn: action.TargetGroupArn }];
  if (arns.length === 0) throw invalid("A forward action must name a target group");
  if (arns.length > groupsPerAction) {
    throw new AwsError("TooManyTargetGroups", `A forward action can have at most '${groupsPerAction}' target groups`);
  }
  for (const { TargetGroupArn } of arns) records.targetGroup(TargetGroupArn);
  const groups = arns.map((group) => {
    const weight = "Weight" in group ? (group.Weight ?? 1) : 1;
    if (weight < 0 || weight > 999) throw invalid(`Target group weight '${weight}' must be from 0 to 999`);
    return { TargetGroupArn: group.TargetGroupArn, Weight: weight };
  });
  const sticky = action.ForwardConfig?.TargetGroupStickinessConfig;
  return {
    Type: "forward",
    ...(action.Order === undefined ? {} : { Order: action.Order }),
    ...(groups.length === 1 && groups[0] ? { TargetGroupArn: groups[0].TargetGroupArn } : {}),
    ForwardConfig: { TargetGroups: groups, TargetGroupStickinessConfig: sticky ?? { Enabled: false } },
  };
}

function completeRedirect(action: ActionInput): ActionInput {
  const given = action.RedirectConfig;
  if (given === undefined) throw invalid("A redirect action must have a redirect configuration");
  const { StatusCode } = given;
  const redirect = {
    Protocol: given.Protocol ?? sameAddress.Protocol,
    Host: given.Host ?? sameAddress.Host,
    Port: given.Port ?? sameAddress.Port,
    Path: given.Path ?? sameAddress.Path,
    Query: given.Query ?? sameAddress.Query,
    StatusCode,
  };
  checkRedirect(redirect);
  return { Type: "redirect", ...(action.Order === undefined ? {} : { Order: action.Order }), RedirectConfig: redirect };
}

/** A redirect keeps what it does not name. */
const sameAddress = {
  Protocol: "#{protocol}",
  Host: "#{host}",
  Port: "#{port}",
  Path: "/#{path}",
  Query: "#{query}",
};

type Redirect = typeof sameAddress & { readonly StatusCode: "HTTP_301" | "HTTP_302" };

function checkRedirect(redirect: Redirect): void {
  if (!["HTTP", "HTTPS", "#{protocol}"].includes(redirect.Protocol)) {
    throw invalid(`Redirect protocol '${redirect.Protocol}' must be HTTP, HTTPS or #{protocol}`);
  }
  if (redirect.Port !== "#{port}" && !(Number(redirect.Port) >= 1 && Number(redirect.Port) <= 65535)) {
    throw invalid(`Redirect port '${redirect.Port}' must be from 1 to 65535 or #{port}`);
  }
  if (!redirect.Path.startsWith("/")) throw invalid(`Redirect path '${redirect.Path}' must begin with '/'`);
  if (isDeepStrictEqual(redirect, { ...sameAddress, StatusCode: redirect.StatusCode })) {
    throw new AwsError(
      "InvalidLoadBalancerAction",
      "The redirect configuration is not valid because it creates a loop",
    );
  }
}

function completeFixedResponse(action: ActionInput): ActionInput {
  const given = action.FixedResponseConfig;
  if (given === undefined || !/^[245]\d\d$/.test(given.StatusCode)) {
    throw invalid(`Fixed response status code '${given?.StatusCode ?? ""}' must be 2XX, 4XX or 5XX`);
  }
  if (given.ContentType !== undefined && !contentTypes.includes(given.ContentType)) {
    throw invalid(`Fixed response content type '${given.ContentType}' must be one of ${contentTypes.join(", ")}`);
  }
  if ((given.MessageBody ?? "").length > 1024)
    throw invalid("Fixed response message body can have at most 1024 characters");
  return {
    Type: "fixed-response",
    ...(action.Order === undefined ? {} : { Order: action.Order }),
    FixedResponseConfig: given,
  };
}

/** The groups that actions forward to. */
export function groupArnsOf(actions: readonly ActionInput[]): readonly string[] {
  return actions.flatMap(
    (action) => action.ForwardConfig?.TargetGroups.map(({ TargetGroupArn }) => TargetGroupArn) ?? [],
  );
}

/** What the balancer does for completed actions. */
export function actionOf(actions: readonly ActionInput[]): Action {
  const [action] = actions;
  if (action?.ForwardConfig !== undefined) {
    const sticky = action.ForwardConfig.TargetGroupStickinessConfig;
    const stickyFor = sticky?.Enabled === true ? { stickyFor: (sticky.DurationSeconds ?? 86_400) * 1000 } : {};
    const groups = action.ForwardConfig.TargetGroups.map((group) => ({
      arn: group.TargetGroupArn,
      weight: group.Weight ?? 1,
    }));
    return { type: "forward", groups, ...stickyFor };
  }
  if (action?.RedirectConfig !== undefined) {
    const { StatusCode, Protocol = "", Host = "", Port = "", Path = "", Query = "" } = action.RedirectConfig;
    const status = StatusCode === "HTTP_301" ? 301 : 302;
    return { type: "redirect", status, protocol: Protocol, host: Host, port: Port, path: Path, query: Query };
  }
  const fixed = action?.FixedResponseConfig;
  return {
    type: "fixed-response",
    status: Number(fixed?.StatusCode ?? 503),
    contentType: fixed?.ContentType ?? "text/plain",
    body: fixed?.MessageBody ?? "",
  };
}
