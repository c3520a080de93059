import { createHmac, randomBytes } from "node:crypto";
import * as v from "valibot";
import { AwsError, validationError } from "#endpoint/core/errors.ts";
import { tagList } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { SsmEngine } from "../engine.ts";
import { inPath, matchesFilters, parameterFilters } from "../filters.ts";
import { page } from "../page.ts";
import { type Parameter, type ParameterVersion, versionsOf } from "../parameter.ts";
import type { Parameters } from "../parameters.ts";

const nameRule =
  'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_';

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
const parameterName = v.pipe(
  v.string(),
  v.maxLength(2048),
  v.check((name) => /^\/?[\w.-]+(?:\/[\w.-]+){0,14}$/.test(name), nameRule),
);
const names = v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(10));
const decrypt = v.optional(v.boolean(), false);
const paged = { NextToken: v.optional(v.string()) };

const putParameter = v.object({
  Name: parameterName,
  Value: v.pipe(v.string(), v.minLength(1)),
  Type: v.optional(v.picklist(["String", "StringList", "SecureString"])),
  Overwrite: v.optional(v.boolean(), false),
  Description: v.optional(v.pipe(v.string(), v.maxLength(1024))),
  AllowedPattern: v.optional(v.string()),
  KeyId: v.optional(v.string()),
  Tier: v.optional(v.picklist(["Standard", "Advanced", "Intelligent-Tiering"])),
  DataType: v.optional(v.string()),
  Tags: v.optional(tagList),
});

export function parameterOperations({ parameters, now }: SsmEngine): Operations {
  const show = shape(parameters);
  return {
    PutParameter: define(putParameter, (input, { caller }) => {
      if (/^\/?(aws|ssm)/i.test(input.Name)) {
        throw validationError(nameRule);
      }
      if (input.Overwrite && input.Tags) {
        throw validationError(
          "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
        );
      }
      const version = parameters.put({
        name: input.Name,
        value: input.Value,
        type: input.Type,
        overwrite: input.Overwrite,
        description: input.Description,
        allowedPattern: input.AllowedPattern,
        keyId: input.KeyId,
        tier: input.Tier,
        dataType: input.DataType,
        tags: input.Tags && Object.fromEntries(input.Tags.map((tag) => [tag.Key, tag.Value])),
        modifiedBy: caller.arn,
        modifiedAt: now(),
      });
      return { Version: version.version, Tier: version.tier };
    }),
    GetParameter: define(v.object({ Name: v.string(), WithDecryption: decrypt }), (input) => {
      const { parameter, version, selector } = parameters.resolve(input.Name);
      return { Parameter: { ...show(parameter, version, input.WithDecryption), Selector: selector || undefined } };
    }),
    GetParameters: define(v.object({ Names: names, WithDecryption: decrypt }), (input) => {
      const found = input.Names.map((name) => ({ name, resolved: tryResolve(parameters, name) }));
      return {
        Parameters: found.flatMap(({ resolved }) =>
          resolved ? [show(resolved.parameter, resolved.version, input.WithDecryption)] : [],
        ),
        InvalidParameters: found.filter(({ resolved }) => !resolved).map(({ name }) => name),
      };
    }),
    GetParametersByPath: define(
      v.object({
        Path: v.string(),
        Recursive: v.optional(v.boolean(), false),
        WithDecryption: decrypt,
        ParameterFilters: parameterFilters,
        MaxResults: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10)), 10),
        ...paged,
      }),
      (input) => {
        if (!input.Path.startsWith("/")) {
          throw validationError(
            `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/".`,
          );
        }
        const found = parameters
          .all()
          .filter((it) => inPath(it.name, input.Path, input.Recursive ? "recursive" : "one-level"))
          .filter((it) => matchesFilters(it, input.ParameterFilters));
        const { items, NextToken } = page(found, input.MaxResults, input.NextToken);
        return { Parameters: items.map((it) => show(it, it.current, input.WithDecryption)), NextToken };
      },
    ),
    DescribeParameters: define(
      v.object({
        ParameterFilters: parameterFilters,
        MaxResults: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(50)), 50),
        ...paged,
      }),
      (input) => {
        const found = parameters.all().filter((it) => matchesFilters(it, input.ParameterFilters));
        const { items, NextToken } = page(found, input.MaxResults, input.NextToken);
        return { Parameters: items.map((it) => metadata(it, it.current)), NextToken };
      },
    ),
    GetParameterHistory: define(
      v.object({
        Name: v.string(),
        WithDecryption: decrypt,
        MaxResults: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(50)), 50),
        ...paged,
      }),
      (input) => {
        const parameter = parameters.get(input.Name);
        const { items, NextToken } = page(versionsOf(parameter), input.MaxResults, input.NextToken);
        return {
          Parameters: items.map((it) => ({
            ...metadata(parameter, it),
            Value: show(parameter, it, input.WithDecryption).Value,
          })),
          NextToken,
        };
      },
    ),
    DeleteParameter: define(v.object({ Name: v.string() }), (input) => {
      parameters.get(input.Name);
      parameters.delete(input.Name);
      return {};
    }),
    DeleteParameters: define(v.object({ Names: names }), (input) => {
      const deleted = input.Names.filter((name) => parameters.delete(name));
      return {
        DeletedParameters: deleted,
        InvalidParameters: input.Names.filter((name) => !deleted.includes(name)),
      };
    }),
  };
}

function tryResolve(parameters: Parameters, name: string) {
  try {
    return parameters.resolve(name);
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** What a SecureString looks like without decryption; it cannot be turned back. */
function shape(parameters: Parameters) {
  const key = randomBytes(32);
  const conceal = (value: string) => createHmac("sha512", key).update(value).digest("base64");
  return (parameter: Parameter, version: ParameterVersion, withDecryption: boolean) => ({
    Name: parameter.name,
    Type: version.type,
    Value: version.type === "SecureString" && !withDecryption ? conceal(version.value) : version.value,
    Version: version.version,
    LastModifiedDate: version.modifiedAt,
    ARN: parameters.arn(parameter.name),
    DataType: version.dataType,
  });
}

function metadata(parameter: Parameter, version: ParameterVersion) {
  return {
    Name: parameter.name,
    Type: version.type,
    KeyId: version.keyId,
    LastModifiedDate: version.modifiedAt,
    LastModifiedUser: version.modifiedBy,
    Description: version.description,
    AllowedPattern: version.allowedPattern,
    Version: version.version,
    Tier: version.tier,
    Policies: [],
    DataType: version.dataType,
  };
}
