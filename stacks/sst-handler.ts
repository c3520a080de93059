import { type App, Stack } from "sst/constructs";

/**
 * Takes out the Lambda function that SST puts into every stack for custom resources of its own (source maps, secrets
 * prefetched for functions). None of them is used here, and a function nobody calls is still a role and a thing to patch.
 */
export function withoutSstHandlers(app: App): void {
  for (const stack of app.node.children) {
    if (stack instanceof Stack) stack.node.tryRemoveChild("CustomResourceHandler");
  }
}
