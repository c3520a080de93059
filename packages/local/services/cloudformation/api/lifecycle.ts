import * as v from "valibot";
import { AwsError } from "#local/endpoint/errors.ts";
import { flag } from "#local/endpoint/properties.ts";
import type { Operation } from "#local/endpoint/service.ts";
import type { StackControl } from "../stack/control.ts";
import type { StackStore } from "../stack/stack-store.ts";
import { refused } from "../template/errors.ts";
import { clientToken, list, stackName, targetFields } from "./input.ts";
import { define } from "./operation.ts";
import { optionsOf, readTarget, type TargetSources } from "./target.ts";

const CreateStack = v.object({
  ...stackName,
  ...targetFields,
  ...clientToken,
  DisableRollback: v.optional(flag),
  OnFailure: v.optional(v.picklist(["ROLLBACK", "DELETE", "DO_NOTHING"])),
  EnableTerminationProtection: v.optional(flag, false),
});
const UpdateStack = v.object({
  ...stackName,
  ...targetFields,
  ...clientToken,
  DisableRollback: v.optional(flag, false),
});
const DeleteStack = v.object({ ...stackName, ...clientToken, RetainResources: v.optional(list(v.string()), []) });
const CancelUpdateStack = v.object({ ...stackName, ...clientToken });
const UpdateTerminationProtection = v.object({ ...stackName, EnableTerminationProtection: flag });

/** The operations that start something or change a setting. */
export function lifecycle(
  store: StackStore,
  control: StackControl,
  sources: TargetSources,
): Readonly<Record<string, Operation>> {
  return {
    CreateStack: define(CreateStack, async (input) => {
      if (input.OnFailure !== undefined && input.DisableRollback !== undefined) {
        throw refused("You can specify either OnFailure or DisableRollback, but not both.");
      }
      const existing = store.find(input.StackName);
      const token = input.ClientRequestToken;
      if (existing !== undefined && control.isRepeated(existing, "CreateStack", token)) return { StackId: existing.id };
      const onFailure = input.OnFailure ?? (input.DisableRollback ? "DO_NOTHING" : "ROLLBACK");
      const target = await readTarget(input, input.StackName, undefined, sources);
      // Looked up again: another request may have come first while the template was read.
      if (store.find(input.StackName) !== undefined) {
        throw new AwsError("AlreadyExistsException", `Stack [${input.StackName}] already exists`);
      }
      const options = optionsOf(input, onFailure === "DO_NOTHING");
      const stack = store.create(input.StackName, options, input.EnableTerminationProtection);
      if (token !== undefined) stack.tokens.add(`CreateStack:${token}`);
      control.create(stack, target, onFailure, token);
      return { StackId: stack.id };
    }),

    UpdateStack: define(UpdateStack, async (input) => {
      const stack = store.get(input.StackName);
      const token = input.ClientRequestToken;
      if (control.isRepeated(stack, "UpdateStack", token)) return { StackId: stack.id };
      control.checkUpdatable(stack);
      const target = await readTarget(input, stack.name, stack, sources);
      control.update(stack, target, optionsOf(input, input.DisableRollback), token);
      if (token !== undefined) stack.tokens.add(`UpdateStack:${token}`);
      return { StackId: stack.id };
    }),

    DeleteStack: define(DeleteStack, (input) => {
      // Deleting what is not there is a success, as on AWS.
      const stack = store.find(input.StackName);
      if (stack !== undefined) control.delete(stack, input.RetainResources, input.ClientRequestToken);
      return {};
    }),

    CancelUpdateStack: define(CancelUpdateStack, (input) => {
      control.cancelUpdate(store.get(input.StackName));
      return {};
    }),

    UpdateTerminationProtection: define(UpdateTerminationProtection, (input) => {
      const stack = store.get(input.StackName);
      stack.terminationProtection = input.EnableTerminationProtection;
      return { StackId: stack.id };
    }),
  };
}
