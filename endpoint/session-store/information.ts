import type { Store } from "./model.ts";
import { version } from "./version.ts";

/** INFO, as far as clients and operators look at it. */
export function informationOf(store: Store, wanted: readonly string[]): string {
  const everything = wanted.length === 0 || wanted.some((name) => ["all", "default", "everything"].includes(name));
  return Object.entries(sectionsOf(store))
    .filter(([title]) => everything || wanted.includes(title.toLowerCase()))
    .map(([title, facts]) => {
      const lines = Object.entries(facts).map(([name, value]) => `${name}:${value}\r\n`);
      return `# ${title}\r\n${lines.join("")}`;
    })
    .join("\r\n");
}

function sectionsOf(store: Store): Record<string, Record<string, string | number>> {
  const { tally, options } = store;
  const uptime = Math.floor((Date.now() - store.startedAt) / 1000);
  return {
    Server: {
      redis_version: version,
      redis_mode: "standalone",
      // Shows that this is not Redis.
      executable: "the embedded session store",
      os: `${process.platform} ${process.arch}`,
      arch_bits: 64,
      process_id: process.pid,
      run_id: store.runId,
      tcp_port: options.port,
      uptime_in_seconds: uptime,
      uptime_in_days: Math.floor(uptime / 86_400),
    },
    Clients: { connected_clients: store.clients.size, maxclients: options.maxClients, blocked_clients: 0 },
    Memory: {
      used_memory: tally.bytes,
      used_memory_rss: process.memoryUsage.rss(),
      maxmemory: options.maxMemory,
      maxmemory_policy: "volatile-lru",
    },
    Persistence: { loading: 0, aof_enabled: 0 },
    Stats: {
      total_connections_received: store.connections,
      total_commands_processed: store.commands,
      expired_keys: tally.expired,
      evicted_keys: tally.evicted,
      keyspace_hits: tally.hits,
      keyspace_misses: tally.misses,
    },
    Replication: { role: "master", connected_slaves: 0, master_replid: store.runId, master_repl_offset: 0 },
    Cluster: { cluster_enabled: 0 },
    Keyspace: Object.fromEntries(
      store.databases.flatMap(({ size, volatileSize }, index) =>
        size === 0 ? [] : [[`db${index}`, `keys=${size},expires=${volatileSize},avg_ttl=0`]],
      ),
    ),
  };
}
