import { serveInFront } from "./run.ts";

await serveInFront(process.argv.slice(2));
