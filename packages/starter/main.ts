import { serveTools } from "#sidecar/run.ts";

await serveTools(new URL("./tools/", import.meta.url));
