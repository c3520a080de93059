import type { SidecarConfig } from "./server-config.ts";
import { type Sidecar, type SidecarParts, startSidecar } from "./sidecar.ts";

/** In front of a server that others wrote. What only one kind needs is loaded for that kind. */
export function startInFront({ common, server }: SidecarConfig, parts: Omit<SidecarParts, "config">): Promise<Sidecar> {
  return startSidecar({ ...parts, config: common }, async (surroundings) => {
    switch (server.kind) {
      case "http":
        return (await import("./http/behind.ts")).openHttp(server, surroundings);
      case "stdio":
        return (await import("./stdio/behind.ts")).openStdio(server, surroundings);
    }
  });
}
