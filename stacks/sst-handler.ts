import { Stack } from "sst/constructs";

/**
 * Keeps out the Lambda function that SST puts into every stack for custom resources of its own: source maps, and
 * secrets prefetched for functions. None is used here, and its code would be copied, zipped and uploaded once for each
 * stack (4.5 MB; a thousand services have a hundred stacks). SST 2 offers no option for it.
 */
export function withoutSstHandler(): void {
  Object.defineProperty(Stack.prototype, "createCustomResourceHandler", { value: () => undefined, configurable: true });
}
