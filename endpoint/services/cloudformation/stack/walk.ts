import type { Graph } from "../template/dependencies.ts";

/**
 * Visits every node after all it depends on, independent ones at the same time. A node whose visit answers false
 * keeps those that depend on it from being visited.
 */
export async function walk(graph: Graph, visit: (id: string) => Promise<boolean>): Promise<void> {
  const visits = new Map<string, Promise<boolean>>();
  const start = (id: string): Promise<boolean> => {
    const started = visits.get(id) ?? after(graph.get(id) ?? new Set());
    async function after(dependencies: ReadonlySet<string>): Promise<boolean> {
      const done = await Promise.all([...dependencies].map(start));
      return done.every(Boolean) && visit(id);
    }
    visits.set(id, started);
    return started;
  };
  await Promise.all([...graph.keys()].map(start));
}
