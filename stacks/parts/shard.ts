import type { StackContext } from "../sst.ts";

type StackOf<T> = (context: StackContext) => T;

/**
 * A stack that exists once for each balancer of the stage. The first has the plain name, so that a fleet with one
 * balancer keeps its stacks when it grows: a renamed stack is a replaced stack.
 */
export function perShard<T>(
  name: string,
  define: (context: StackContext, shard: number) => T,
): (shard: number) => StackOf<T> {
  const stacks = new Map<number, StackOf<T>>();
  return (shard) => {
    const known = stacks.get(shard);
    if (known !== undefined) return known;
    const stack: StackOf<T> = (context) => define(context, shard);
    // SST names a stack after its function, and finds what a stack returned by the function itself.
    Object.defineProperty(stack, "name", { value: shard === 1 ? name : `${name}${shard}` });
    stacks.set(shard, stack);
    return stack;
  };
}
