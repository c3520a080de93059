import { startConformanceServer } from "./conformance-server.ts";

/** The conformance server as a task of the fleet, for a run of the suite through the balancer. */
const { PORT = "8000", WORKSPACE_EXTERNAL_URL: url } = process.env;
const listener = await startConformanceServer(Number(PORT), url === undefined ? undefined : new URL(url));
process.once("SIGTERM", () => void listener.drain(5_000).then(() => process.exit(0)));
