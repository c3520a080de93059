import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { parseProperties } from "#endpoint/core/properties.ts";
import type { ResourceProvider } from "#endpoint/core/service.ts";
import type { LambdaEngine } from "../engine.ts";
import { eventInvokeConfig, eventInvokeConfigOf } from "../operations/scaling.ts";
import { putAlias } from "../operations/versions.ts";
import { addPermission, permission } from "../permission.ts";
import { whereFound } from "./function.ts";

const grant = v.object({ FunctionName: v.string(), ...permission.entries });
const alias = v.object({
  FunctionName: v.string(),
  Name: v.string(),
  FunctionVersion: v.string(),
  Description: v.optional(v.string(), ""),
});
const published = v.object({ FunctionName: v.string(), Description: v.optional(v.string()) });
const invokeConfig = v.object({ FunctionName: v.string(), Qualifier: v.string(), ...eventInvokeConfig.entries });

/** A grant is the id of its statement; any change makes a new one. */
export function permissionResource({ functions }: LambdaEngine): ResourceProvider {
  return {
    replaceOn: Object.keys(grant.entries),
    async create(given, context) {
      const { FunctionName, ...input } = parseProperties(grant, given, context);
      const id = physicalName(context, 100);
      addPermission(functions.resolve(FunctionName).fn, id, input);
      return { physicalId: id, attributes: { Id: id } };
    },
    async update(current) {
      return current;
    },
    async delete(current, given, context) {
      const { FunctionName } = parseProperties(grant, given, context);
      whereFound(() => functions.resolve(FunctionName))?.fn.policy.delete(current.physicalId);
    },
  };
}

export function versionResource({ functions }: LambdaEngine): ResourceProvider {
  return {
    replaceOn: ["FunctionName", "Description", "CodeSha256"],
    async create(given, context) {
      const { FunctionName, Description } = parseProperties(published, given, context);
      const { arn, version } = functions.publish(functions.resolve(FunctionName).fn, Description);
      return { physicalId: arn, attributes: { FunctionArn: arn, Version: version } };
    },
    async update(current) {
      return current;
    },
    async delete(current) {
      const found = whereFound(() => functions.resolve(current.physicalId));
      if (found?.qualifier !== undefined) found.fn.versions.delete(found.qualifier);
    },
  };
}

export function aliasResource({ functions }: LambdaEngine): ResourceProvider {
  const put: ResourceProvider["create"] = async (given, context) => {
    const { FunctionName, Name, FunctionVersion, Description } = parseProperties(alias, given, context);
    const { arn } = putAlias(functions.resolve(FunctionName).fn, Name, FunctionVersion, Description);
    return { physicalId: arn, attributes: { AliasArn: arn } };
  };
  return {
    replaceOn: ["FunctionName", "Name"],
    create: put,
    update: (_current, given, _previous, context) => put(given, context),
    async delete(_current, given, context) {
      const { FunctionName, Name } = parseProperties(alias, given, context);
      whereFound(() => functions.resolve(FunctionName))?.fn.aliases.delete(Name);
    },
  };
}

export function eventInvokeConfigResource({ functions, clock }: LambdaEngine): ResourceProvider {
  const put = async (id: string, ...[given, context]: Parameters<ResourceProvider["create"]>) => {
    const { FunctionName, Qualifier, ...config } = parseProperties(invokeConfig, given, context);
    functions.resolve(FunctionName).fn.eventInvokeConfigs.set(Qualifier, eventInvokeConfigOf(config, clock.now()));
    return { physicalId: id, attributes: {} };
  };
  return {
    replaceOn: ["FunctionName", "Qualifier"],
    create: (given, context) => put(randomUUID(), given, context),
    update: (current, given, _previous, context) => put(current.physicalId, given, context),
    async delete(_current, given, context) {
      const { FunctionName, Qualifier } = parseProperties(invokeConfig, given, context);
      whereFound(() => functions.resolve(FunctionName))?.fn.eventInvokeConfigs.delete(Qualifier);
    },
  };
}
