import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { describeAlias, describeVersion } from "../description.ts";
import type { LambdaEngine } from "../engine.ts";
import type { Alias, LambdaFunction } from "../functions.ts";

const aliasNamed = v.object({ FunctionName: v.string(), Name: v.string() });
const aliasInput = v.object({
  ...aliasNamed.entries,
  FunctionVersion: v.optional(v.string()),
  Description: v.optional(v.string()),
});

export function putAlias(fn: LambdaFunction, name: string, version: string, description: string): Alias {
  if (version !== "$LATEST" && !fn.versions.has(version)) {
    throw new AwsError("ResourceNotFoundException", `Function not found: ${fn.arn}:${version}`, 404);
  }
  const alias = { name, arn: `${fn.arn}:${name}`, version, description, revisionId: randomUUID() };
  fn.aliases.set(name, alias);
  return alias;
}

export function versionOperations({ functions }: LambdaEngine): Operations {
  const aliasOf = (FunctionName: string, Name: string) => {
    const { fn } = functions.resolve(FunctionName);
    const alias = fn.aliases.get(Name);
    if (alias !== undefined) return { fn, alias };
    throw new AwsError("ResourceNotFoundException", `Cannot find alias arn: ${fn.arn}:${Name}`, 404);
  };
  return {
    PublishVersion: define(
      v.object({ FunctionName: v.string(), Description: v.optional(v.string()) }),
      ({ FunctionName, Description }) => {
        const { fn } = functions.resolve(FunctionName);
        return describeVersion(functions.publish(fn, Description));
      },
    ),
    ListVersionsByFunction: define(v.object({ FunctionName: v.string() }), ({ FunctionName }) => {
      const { fn } = functions.resolve(FunctionName);
      return {
        Versions: [
          describeVersion(fn.latest, "$LATEST"),
          ...[...fn.versions.values()].map((one) => describeVersion(one)),
        ],
      };
    }),
    CreateAlias: define(aliasInput, ({ FunctionName, Name, FunctionVersion, Description }) => {
      const { fn } = functions.resolve(FunctionName);
      const existing = fn.aliases.get(Name);
      if (existing !== undefined) {
        throw new AwsError("ResourceConflictException", `Alias already exists: ${existing.arn}`, 409);
      }
      return describeAlias(putAlias(fn, Name, FunctionVersion ?? "$LATEST", Description ?? ""));
    }),
    GetAlias: define(aliasNamed, ({ FunctionName, Name }) => describeAlias(aliasOf(FunctionName, Name).alias)),
    UpdateAlias: define(aliasInput, ({ FunctionName, Name, FunctionVersion, Description }) => {
      const { fn, alias } = aliasOf(FunctionName, Name);
      return describeAlias(putAlias(fn, Name, FunctionVersion ?? alias.version, Description ?? alias.description));
    }),
    DeleteAlias: define(aliasNamed, ({ FunctionName, Name }) => {
      functions.resolve(FunctionName).fn.aliases.delete(Name);
      return {};
    }),
    ListAliases: define(v.object({ FunctionName: v.string() }), ({ FunctionName }) => ({
      Aliases: [...functions.resolve(FunctionName).fn.aliases.values()].map(describeAlias),
    })),
  };
}
