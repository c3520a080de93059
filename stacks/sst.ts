import childProcess from "node:child_process";
import { createRequire, syncBuiltinESMExports } from "node:module";
import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { Construct } from "constructs";
import type { App } from "sst/constructs/App.js";
import { Stack } from "sst/constructs/Stack.js";
import { useAWSClient } from "sst/credentials.js";
import type {} from "sst/stacks/monitor.js";

// All that the fleet takes from SST. Nothing else imports it (biome.json), so that leaving SST 2 changes one file.
// Its constructs by their files: together they load constructs for websites, and CDK's for those.
export type { SSTConfig } from "sst";
export { useBus } from "sst/bus.js";
export { App } from "sst/constructs/App.js";
export { Function as SstFunction, type FunctionProps } from "sst/constructs/Function.js";
export { dependsOn, type StackContext, use } from "sst/constructs/FunctionalStack.js";
export { useAWSCredentialsProvider } from "sst/credentials.js";
export { VisibleError } from "sst/error.js";
export { useProject } from "sst/project.js";
export { type RuntimeHandler, useRuntimeHandlers } from "sst/runtime/handlers.js";
export { Stack };

/** The client with which SST deploys. It keeps one for each class name, and has its own version of the SDK. */
export function useDeployClient(): CloudFormationClient {
  const ofSst: { readonly CloudFormationClient: typeof CloudFormationClient } = createRequire(
    import.meta.resolve("sst/credentials.js"),
  )("@aws-sdk/client-cloudformation");
  return useAWSClient(ofSst.CloudFormationClient);
}

/**
 * Keeps out the Lambda function that SST puts into every stack for custom resources of its own: source maps, and
 * secrets prefetched for functions. None is used here, and its code would be copied, zipped and uploaded once for each
 * stack (4.5 MB; a thousand services have a hundred stacks). SST 2 offers no option for it.
 */
export function withoutSstHandler(): void {
  Object.defineProperty(Stack.prototype, "createCustomResourceHandler", { value: () => undefined, configurable: true });
}

/**
 * SST runs `npm install` for each function, also where it has bundled all that the function imports, as it has here:
 * nothing is installed, in half a second of a core. SST 2 offers no option for it.
 */
export function withoutInstalls(): void {
  const { exec } = childProcess;
  const skipping = (command: string, options: object, done: (error: Error | null) => void) =>
    command.startsWith("npm install ") ? done(null) : exec(command, options, done);
  Object.defineProperty(childProcess, "exec", { value: skipping });
  syncBuiltinESMExports();
}

/** CDK writes a tree of all constructs, for IDEs, at synthesis, unless a child has its name. */
export function withoutTree(app: App): void {
  new Construct(app, "Tree");
}

/**
 * CDK lists each resource's logical id with its path in the assembly's manifest, and checks that list against a schema
 * twice: a third of the time of a synthesis. SST names resources by it while it deploys, as it does for minutes on AWS.
 */
export function withoutResourcePaths(app: App): void {
  app.node.setContext("aws:cdk:disable-logicalId-metadata", true);
}
