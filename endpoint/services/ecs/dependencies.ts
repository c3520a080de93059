import type { Container, Task } from "./model.ts";
import { definitionOf } from "./tasks.ts";

/**
 * The containers of a task, each behind those it depends on.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
 */
export function inOrder(task: Task): readonly Container[] {
  const ordered: Container[] = [];
  const add = (container: Container): void => {
    if (ordered.includes(container)) return;
    for (const { containerName } of definitionOf(task, container).dependsOn) {
      const needed = task.containers.find(({ name }) => name === containerName);
      if (needed !== undefined) add(needed);
    }
    ordered.push(container);
  };
  task.containers.forEach(add);
  return ordered;
}

/** Ends all containers: each as soon as those that depend on it have ended. */
export async function endInOrder(task: Task, end: (container: Container) => Promise<void>): Promise<void> {
  const ending = new Map<string, Promise<void>>();
  const begin = (container: Container): Promise<void> => {
    const known = ending.get(container.name);
    if (known !== undefined) return known;
    const dependents = task.containers.filter((other) =>
      definitionOf(task, other).dependsOn.some(({ containerName }) => containerName === container.name),
    );
    const ended = Promise.all(dependents.map(begin)).then(() => end(container));
    ending.set(container.name, ended);
    return ended;
  };
  await Promise.all(task.containers.map(begin));
}
