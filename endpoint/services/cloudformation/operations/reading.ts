import * as v from "valibot";
import { define, type Operations, type Output } from "#endpoint/core/service.ts";
import type { CloudFormationEngine } from "../engine.ts";
import { newestFirst, pageOf } from "../page.ts";
import type { Stack } from "../stack/stack.ts";
import type { Stacks } from "../stack/stacks.ts";
import { refused } from "../template/errors.ts";
import {
  describeEvent,
  describeResource,
  describeStack,
  detailResource,
  summarizeResource,
  summarizeStack,
} from "./describe.ts";
import { list, page, stackName } from "./input.ts";

const PAGE_SIZE = 100;
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html */
const MAX_RESOURCES = 100;

const MaybeStackName = v.object({ StackName: v.optional(v.string()), ...page });
const ListStacks = v.object({ StackStatusFilter: v.optional(list(v.string()), []), ...page });
const StackPage = v.object({ ...stackName, ...page });
const DescribeStackResources = v.object({
  StackName: v.optional(v.string()),
  LogicalResourceId: v.optional(v.string()),
  PhysicalResourceId: v.optional(v.string()),
});
const DescribeStackResource = v.object({ ...stackName, LogicalResourceId: v.string() });
const ListImports = v.object({ ExportName: v.string(), ...page });

/** The operations that only look. */
export function readingOperations({ stacks }: CloudFormationEngine): Operations {
  return {
    DescribeStacks: define(MaybeStackName, ({ StackName: name, NextToken }) => {
      const found = name === undefined || name === "" ? stacks.live() : [stacks.get(name)];
      const { items, nextToken } = pageOf(found, NextToken, PAGE_SIZE);
      return { Stacks: items.map(describeStack), NextToken: nextToken };
    }),

    ListStacks: define(ListStacks, ({ StackStatusFilter: filter, NextToken }) => {
      const found = stacks.all().filter(({ status }) => filter.length === 0 || filter.includes(status));
      const { items, nextToken } = pageOf(found.toReversed(), NextToken, PAGE_SIZE);
      return { StackSummaries: items.map(summarizeStack), NextToken: nextToken };
    }),

    DescribeStackEvents: define(StackPage, ({ StackName, NextToken }) => {
      const stack = existing(stacks, StackName);
      const { items, nextToken } = newestFirst(stack.events, NextToken, PAGE_SIZE);
      return { StackEvents: items.map((event) => describeEvent(stack, event)), NextToken: nextToken };
    }),

    DescribeStackResources: define(DescribeStackResources, (input) => {
      const stack = stackOfResources(stacks, input.StackName, input.PhysicalResourceId);
      const wanted = [...stack.resources.values()].filter(
        ({ logicalId }) => input.LogicalResourceId === undefined || logicalId === input.LogicalResourceId,
      );
      return { StackResources: wanted.slice(0, MAX_RESOURCES).map((resource) => describeResource(stack, resource)) };
    }),

    DescribeStackResource: define(DescribeStackResource, ({ StackName, LogicalResourceId }): Output => {
      const stack = existing(stacks, StackName);
      const resource = stack.resources.get(LogicalResourceId);
      if (resource === undefined) {
        throw refused(`Resource ${LogicalResourceId} does not exist for stack ${StackName}`);
      }
      return { StackResourceDetail: detailResource(stack, resource) };
    }),

    ListStackResources: define(StackPage, ({ StackName, NextToken }) => {
      const { items, nextToken } = pageOf([...stacks.get(StackName).resources.values()], NextToken, PAGE_SIZE);
      return { StackResourceSummaries: items.map(summarizeResource), NextToken: nextToken };
    }),

    ListExports: define(v.object(page), ({ NextToken }) => {
      const { items, nextToken } = pageOf(stacks.exports(), NextToken, PAGE_SIZE);
      const exports = items.map(({ name, value, stack }) => ({ ExportingStackId: stack.id, Name: name, Value: value }));
      return { Exports: exports, NextToken: nextToken };
    }),

    ListImports: define(ListImports, ({ ExportName, NextToken }) => {
      const importers = stacks.importers(ExportName);
      if (importers.length === 0) throw refused(`Export '${ExportName}' is not imported by any stack.`);
      const { items, nextToken } = pageOf(importers, NextToken, PAGE_SIZE);
      return { Imports: items.map(({ name }) => name), NextToken: nextToken };
    }),
  };
}

/** These operations leave out `with id` in their refusal. */
function existing(stacks: Stacks, name: string): Stack {
  const stack = stacks.find(name);
  if (stack === undefined) throw refused(`Stack [${name}] does not exist`);
  return stack;
}

function stackOfResources(stacks: Stacks, name: string | undefined, physicalId: string | undefined): Stack {
  if (name !== undefined) return stacks.get(name);
  const stack = stacks
    .live()
    .find(({ resources }) => [...resources.values()].some(({ state }) => state?.physicalId === physicalId));
  if (physicalId === undefined || stack === undefined) {
    throw refused(`Stack for ${physicalId ?? "no stack name and no physical id"} does not exist`);
  }
  return stack;
}
