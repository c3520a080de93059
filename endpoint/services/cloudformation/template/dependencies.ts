import type { Template } from "./document.ts";
import { refused } from "./errors.ts";
import { type Chooser, referencesOf } from "./references.ts";

/** Per logical id, the logical ids that must be stable before it starts. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The order between resources, from `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn`.
 * @param choose Leaves out resources whose condition is false and branches not taken.
 * @throws AwsError `ValidationError` that names the resources of a cycle.
 */
export function dependencyGraph(template: Template, choose: Chooser): Graph {
  const active = Object.entries(template.Resources).filter(
    ([, resource]) => resource.Condition === undefined || choose(resource.Condition),
  );
  const ids = new Set(active.map(([id]) => id));
  const graph = new Map(
    active.map(([id, resource]) => {
      const targets = [
        ...resource.DependsOn,
        ...referencesOf(resource.Properties, choose).flatMap((reference) =>
          reference.kind === "condition" ? [] : [reference.name],
        ),
      ];
      return [id, new Set(targets.filter((target) => ids.has(target)))] as const;
    }),
  );
  const cycle = membersOfCycles(graph);
  if (cycle.length > 0) throw refused(`Circular dependency between resources: [${cycle.join(", ")}]`);
  return graph;
}

/** What is left once everything without an open dependency, and then without an open dependant, is taken away. */
function membersOfCycles(graph: Graph): string[] {
  const left = peel(new Map([...graph].map(([id, targets]) => [id, new Set(targets)])));
  return [...peel(reverse(left)).keys()].sort();
}

function peel(graph: Map<string, Set<string>>): Map<string, Set<string>> {
  const dependants = reverse(graph);
  const free = [...graph].filter(([, targets]) => targets.size === 0).map(([id]) => id);
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    graph.delete(id);
    for (const dependant of dependants.get(id) ?? []) {
      const open = graph.get(dependant);
      open?.delete(id);
      if (open?.size === 0) free.push(dependant);
    }
  }
  return graph;
}

export function reverse(graph: Graph): Map<string, Set<string>> {
  const reversed = new Map([...graph.keys()].map((id) => [id, new Set<string>()]));
  for (const [id, targets] of graph) {
    for (const target of targets) reversed.get(target)?.add(id);
  }
  return reversed;
}
