/** `node main.ts redis.conf`: stands in for `redis-server` where none is installed, started and stopped as it is. */
import { readFileSync } from "node:fs";
import { parseConfiguration } from "./configuration.ts";
import { listen } from "./listen.ts";
import { SessionStore } from "./store.ts";

const print = (line: string) => process.stdout.write(`${line}\n`);
const { host, port, certFile, keyFile, users, ...limits } = parseConfiguration(
  readFileSync(process.argv[2] ?? "redis.conf", "utf8"),
);
const store = new SessionStore({ port, ...limits, onShutdown: () => process.exit(0) });
for (const [name, ...rules] of users) store.users.change(name, rules);
await listen(store, { host, port, cert: readFileSync(certFile), key: readFileSync(keyFile) }, print);
print(`The embedded session store is ready at ${host}:${port}, over TLS`);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(0));
