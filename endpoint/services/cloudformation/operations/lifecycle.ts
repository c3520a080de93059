import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { CloudFormationEngine } from "../engine.ts";
import { refused } from "../template/errors.ts";

import { clientToken, list, stackName, targetFields } from "./input.ts";
import { optionsOf, readTarget } from "./target.ts";

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
export function lifecycleOperations(engine: CloudFormationEngine): Operations {
  const { stacks, control } = engine;
  return {
    CreateStack: define(CreateStack, async (input) => {
      if (input.OnFailure !== undefined && input.DisableRollback !== undefined) {
        throw refused("You can specify either OnFailure or DisableRollback, but not both.");
      }
      const existing = stacks.find(input.StackName);
      const token = input.ClientRequestToken;
      if (existing !== undefined && control.isRepeated(existing, "CreateStack", token)) return { StackId: existing.id };
      const onFailure = input.OnFailure ?? (input.DisableRollback ? "DO_NOTHING" : "ROLLBACK");
      const target = await readTarget(input, input.StackName, undefined, engine);
      // Looked up again: another request may have come first while the template was read.
      if (stacks.find(input.StackName) !== undefined) {
        throw new AwsError("AlreadyExistsException", `Stack [${input.StackName}] already exists`);
      }
      const options = optionsOf(input, onFailure === "DO_NOTHING");
      const stack = stacks.create(input.StackName, options, input.EnableTerminationProtection);
      if (token !== undefined) stack.tokens.add(`CreateStack:${token}`);
      control.create(stack, target, onFailure, token);
      return { StackId: stack.id };
    }),

    UpdateStack: define(UpdateStack, async (input) => {
      const stack = stacks.get(input.StackName);
      const token = input.ClientRequestToken;
      if (control.isRepeated(stack, "UpdateStack", token)) return { StackId: stack.id };
      control.checkUpdatable(stack);
      const target = await readTarget(input, stack.name, stack, engine);
      control.update(stack, target, optionsOf(input, input.DisableRollback), token);
      if (token !== undefined) stack.tokens.add(`UpdateStack:${token}`);
      return { StackId: stack.id };
    }),

    DeleteStack: define(DeleteStack, (input) => {
      // Deleting what is not there is a success, as on AWS.
      const stack = stacks.find(input.StackName);
      if (stack !== undefined) control.delete(stack, input.RetainResources, input.ClientRequestToken);
      return {};
    }),

    CancelUpdateStack: define(CancelUpdateStack, (input) => {
      control.cancelUpdate(stacks.get(input.StackName));
      return {};
    }),

    UpdateTerminationProtection: define(UpdateTerminationProtection, (input) => {
      const stack = stacks.get(input.StackName);
      stack.terminationProtection = input.EnableTerminationProtection;
      return { StackId: stack.id };
    }),
  };
}
