import { randomUUID } from "node:crypto";
import { type App, Stack } from "../sst.ts";

/**
 * Gives each deploy templates of its own. To a stack that no longer exports what another still imports, SST adds the
 * export back, but after CDK has named the template by a hash of its content: a map that goes back to what it once was
 * names a template that is in the bucket already, without the export, and CloudFormation refuses the update. The
 * metadata of a template alone does not cause an update.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/metadata-section-structure.html
 */
export function nameTemplatesAnew(app: App): void {
  const deploy = randomUUID();
  for (const stack of app.node.children) {
    if (stack instanceof Stack) stack.addMetadata("Deploy", deploy);
  }
}
