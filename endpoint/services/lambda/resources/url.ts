import * as v from "valibot";
import { parseProperties } from "#endpoint/core/properties.ts";
import type { ResourceProvider, ResourceState } from "#endpoint/core/service.ts";
import type { LambdaEngine } from "../engine.ts";
import { type FunctionUrl, urlSettings } from "../urls.ts";
import { whereFound } from "./function.ts";

const properties = v.object({ TargetFunctionArn: v.string(), ...urlSettings.entries });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-url.html */
export function urlResource({ functions, urls }: LambdaEngine): ResourceProvider {
  const state = ({ functionArn, url }: FunctionUrl): ResourceState => ({
    physicalId: functionArn,
    attributes: { FunctionArn: functionArn, FunctionUrl: url },
  });
  return {
    replaceOn: ["TargetFunctionArn", "Qualifier"],
    async create(given, context) {
      const { TargetFunctionArn, ...settings } = parseProperties(properties, given, context);
      return state(await urls.create(functions.resolve(TargetFunctionArn).fn, settings));
    },
    async update(current) {
      return current;
    },
    async delete(current) {
      const found = whereFound(() => functions.resolve(current.physicalId));
      if (found !== undefined) await urls.delete(found.fn);
    },
  };
}
