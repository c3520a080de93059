/** The AWS-compatible endpoint with every service it has, and what else a program that opens it needs. */
export type { Certificate } from "./certificates/authority.ts";
export { type Cloud, type CloudOptions, openCloud } from "./cloud.ts";
export type { JournalEntry } from "./core/journal.ts";
export type { ProcessSupervisor } from "./core/ports.ts";
export { type IdleCloud, openIdleCloud } from "./idle-cloud.ts";
export { createLoopbackFetch } from "./loopback-fetch.ts";
export { createSupervisor } from "./processes/supervisor.ts";
export { describeEngine, type Engine, findEngine } from "./services/elasticache/cache-engine.ts";
export type { RequestReport } from "./services/elbv2/plane/messages.ts";
