import * as v from "valibot";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { LambdaEngine } from "../engine.ts";
import { type FunctionUrl, urlSettings } from "../urls.ts";
import { named } from "./functions.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html */
export function urlOperations({ functions, urls }: LambdaEngine): Operations {
  return {
    CreateFunctionUrlConfig: define(
      v.object({ FunctionName: v.string(), ...urlSettings.entries }),
      async ({ FunctionName, ...settings }) =>
        describe(await urls.create(functions.resolve(FunctionName).fn, settings)),
    ),
    GetFunctionUrlConfig: define(named, ({ FunctionName }) => describe(urls.get(functions.resolve(FunctionName).fn))),
    ListFunctionUrlConfigs: define(named, ({ FunctionName }) => {
      const found = urls.find(functions.resolve(FunctionName).fn);
      return { FunctionUrlConfigs: found === undefined ? [] : [describe(found)] };
    }),
    DeleteFunctionUrlConfig: define(named, async ({ FunctionName }) => {
      const { fn } = functions.resolve(FunctionName);
      urls.get(fn);
      await urls.delete(fn);
      return {};
    }),
  };
}

function describe({ functionArn, url, createdAt }: FunctionUrl) {
  const at = new Date(createdAt).toISOString();
  return {
    FunctionArn: functionArn,
    FunctionUrl: url,
    AuthType: "NONE",
    InvokeMode: "BUFFERED",
    CreationTime: at,
    LastModifiedTime: at,
  };
}
