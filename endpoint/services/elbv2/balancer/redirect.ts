import type { ListenerProtocol, RedirectAction } from "../model.ts";
import type { RoutedRequest } from "./conditions.ts";

/** Where a request came in: fills `#{protocol}` and `#{port}`. */
export interface Entrance {
  readonly protocol: ListenerProtocol;
  /** The port on loopback. */
  readonly port: number;
}

/**
 * The `Location` of a redirect. `localPort` maps a listener's port on AWS to the one it has here: the template says
 * 443, where nothing listens on this machine, so the client is sent to the loopback port of the listener on 443.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions
 */
export function redirectLocation(
  action: RedirectAction,
  request: RoutedRequest,
  entrance: Entrance,
  localPort: (port: number) => number | undefined,
): string {
  const fill = (text: string) =>
    text.replace(/#\{(protocol|host|port|path|query)\}/g, (_, keyword: string) => {
      switch (keyword) {
        case "protocol":
          return entrance.protocol.toLowerCase();
        case "host":
          return request.host;
        case "port":
          return String(entrance.port);
        case "path":
          return request.path.slice(1);
        default:
          return request.query;
      }
    });
  const port = action.port === "#{port}" ? entrance.port : (localPort(Number(action.port)) ?? action.port);
  const query = fill(action.query);
  const origin = `${fill(action.protocol).toLowerCase()}://${fill(action.host)}:${port}`;
  return `${origin}${fill(action.path)}${query === "" ? "" : `?${query}`}`;
}
