import { enableCompileCache } from "node:module";

/**
 * Serves the tools that lie in a folder, until SIGTERM: all that the program of a service of one's own does.
 *
 * @example
 * await serveTools(new URL("./tools/", import.meta.url));
 */
export async function serveTools(folder: URL): Promise<never> {
  const stopSignal = prepare();
  const { attend } = await import("./process.ts");
  return attend(stopSignal, async (parts) => {
    const [{ readConfig }, { loadTools }, { startTools }] = await Promise.all([
      import("./config.ts"),
      import("./toolbox/folder.ts"),
      import("./toolbox/start.ts"),
    ]);
    return startTools(await loadTools(folder), { ...parts, config: readConfig(process.env) });
  });
}

/**
 * Stands in front of a server.
 * @param command program and arguments of one that speaks stdio; none for one that speaks HTTP
 */
export async function serveInFront(command: readonly string[]): Promise<never> {
  const stopSignal = prepare();
  const { attend } = await import("./process.ts");
  return attend(stopSignal, async (parts) => {
    const [{ readSidecarConfig }, { startInFront }] = await Promise.all([
      import("./server-config.ts"),
      import("./start.ts"),
    ]);
    return startInFront(readSidecarConfig(process.env, command), parts);
  });
}

/** Before all else is loaded: a task that is stopped while it starts must drain, too. */
function prepare(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  // What V8 makes of the code is kept, a third of what a start takes: in NODE_COMPILE_CACHE, as in the image, or where
  // the system keeps temporary files.
  enableCompileCache();
  return promise;
}
