import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { ChangeSet } from "../change-sets.ts";
import type { CloudFormationEngine } from "../engine.ts";
import { pageOf } from "../page.ts";
import { difference } from "../stack/difference.ts";
import { Journal } from "../stack/journal.ts";
import { sameTarget } from "../stack/plan.ts";
import type { Stack } from "../stack/stack.ts";
import type { Stacks } from "../stack/stacks.ts";
import { refused } from "../template/errors.ts";
import { describeChangeSet, summarizeChangeSet } from "./describe-change-set.ts";
import { clientToken, page, stackName, targetFields } from "./input.ts";
import { optionsOf, readTarget } from "./target.ts";

const PAGE_SIZE = 100;

const CreateChangeSet = v.object({
  ...stackName,
  ...targetFields,
  ChangeSetName: v.pipe(v.string(), v.regex(/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/)),
  ChangeSetType: v.optional(v.picklist(["CREATE", "UPDATE"], "only CREATE and UPDATE are emulated"), "UPDATE"),
  Description: v.optional(v.string()),
});
type CreateChangeSet = v.InferOutput<typeof CreateChangeSet>;
const Named = v.object({ ChangeSetName: v.string(), StackName: v.optional(v.string()), ...page });
const ExecuteChangeSet = v.object({ ...Named.entries, ...clientToken, DisableRollback: v.optional(flag) });
const ListChangeSets = v.object({ ...stackName, ...page });

export function changeOperations(engine: CloudFormationEngine): Operations {
  const { stacks, control, changeSets } = engine;

  async function propose(input: CreateChangeSet) {
    const existing = subject(stacks, input);
    const target = await readTarget(input, input.StackName, existing, engine);
    const options = optionsOf(input, false);
    const stack = subject(stacks, input) ?? review(stacks.create(input.StackName, options, false));
    const same = stack.current !== undefined && sameTarget(stack.current, target);
    return changeSets.add({
      name: input.ChangeSetName,
      stack,
      kind: input.ChangeSetType,
      target,
      options,
      description: input.Description,
      createdAt: engine.clock.now(),
      differences: difference(stack, target, engine, {
        place: engine.place,
        exportNamed: (name) => stacks.exportNamed(name),
      }),
      state: same ? "empty" : "available",
    });
  }

  function review(stack: Stack): Stack {
    new Journal(stack, engine.clock, engine.events).stack("REVIEW_IN_PROGRESS", "User Initiated");
    return stack;
  }

  function execute({ stack, target, kind, ...set }: ChangeSet, disableRollback: boolean, token: string | undefined) {
    const options = { ...set.options, disableRollback };
    if (kind === "UPDATE") {
      control.update(stack, target, options, token);
      stack.changeSetId = set.id;
      return;
    }
    stack.changeSetId = set.id;
    stack.updatedAt = engine.clock.now();
    stack.options = options;
    control.create(stack, target, disableRollback ? "DO_NOTHING" : "ROLLBACK", token);
  }

  return {
    CreateChangeSet: define(CreateChangeSet, async (input) => {
      if (changeSets.find(input.ChangeSetName, input.StackName)?.state === "available") {
        throw new AwsError(
          "AlreadyExistsException",
          `ChangeSet ${input.ChangeSetName} already exists on stack ${input.StackName}: delete it or use another name.`,
        );
      }
      const { id, stack } = await propose(input);
      return { Id: id, StackId: stack.id };
    }),

    DescribeChangeSet: define(Named, ({ ChangeSetName, StackName, NextToken }) => {
      const set = changeSets.get(ChangeSetName, StackName);
      const { items, nextToken } = pageOf(set.differences, NextToken, PAGE_SIZE);
      return { ...describeChangeSet(set, items), NextToken: nextToken };
    }),

    ListChangeSets: define(ListChangeSets, ({ StackName, NextToken }) => {
      const { items, nextToken } = pageOf(changeSets.of(stacks.get(StackName)), NextToken, PAGE_SIZE);
      return { Summaries: items.map(summarizeChangeSet), NextToken: nextToken };
    }),

    ExecuteChangeSet: define(ExecuteChangeSet, (input) => {
      const set = changeSets.get(input.ChangeSetName, input.StackName);
      const token = input.ClientRequestToken;
      if (set.state === "executed" && control.isRepeated(set.stack, "ExecuteChangeSet", token)) return {};
      if (set.state !== "available") throw notExecutable(set);
      execute(set, input.DisableRollback ?? false, token);
      changeSets.execute(set);
      if (token !== undefined) set.stack.tokens.add(`ExecuteChangeSet:${token}`);
      return {};
    }),

    DeleteChangeSet: define(Named, ({ ChangeSetName, StackName }) => {
      const set = changeSets.find(ChangeSetName, StackName);
      if (set !== undefined) changeSets.delete(set);
      // Deleting what is not there is a success on a stack that is.
      else if (StackName !== undefined && stacks.find(StackName) === undefined) {
        throw refused(`Stack [${StackName}] does not exist`);
      }
      return {};
    }),
  };
}

function notExecutable(set: ChangeSet): AwsError {
  const status = set.state === "empty" ? "FAILED" : "EXECUTE_COMPLETE";
  return new AwsError(
    "InvalidChangeSetStatus",
    `ChangeSet [${set.id}] cannot be executed in its current status of [${status}]`,
  );
}

/** The stack a change set is for; none yet when it is to create it. */
function subject(stacks: Stacks, input: CreateChangeSet): Stack | undefined {
  const stack = stacks.find(input.StackName);
  if (input.ChangeSetType === "CREATE") {
    if (stack !== undefined && stack.status !== "REVIEW_IN_PROGRESS") {
      throw refused(
        `Stack [${stack.name}] already exists and cannot be created again with the changeSet [${input.ChangeSetName}].`,
      );
    }
    return stack;
  }
  if (stack === undefined) throw refused(`Stack [${input.StackName}] does not exist`);
  if (stack.status.endsWith("_IN_PROGRESS")) {
    throw refused(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
  }
  return stack;
}
