import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { tags } from "../configuration.ts";
import type { LambdaEngine } from "../engine.ts";
import { addPermission, permission, policyDocument } from "../permission.ts";
import { named } from "./functions.ts";

const absent = () => new AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404);

export function policyOperations({ functions }: LambdaEngine): Operations {
  return {
    AddPermission: define(
      v.object({ FunctionName: v.string(), StatementId: v.string(), ...permission.entries }),
      ({ FunctionName, StatementId, ...grant }) => {
        const { fn } = functions.resolve(FunctionName);
        return { Statement: JSON.stringify(addPermission(fn, StatementId, grant)) };
      },
    ),
    RemovePermission: define(
      v.object({ FunctionName: v.string(), StatementId: v.string() }),
      ({ FunctionName, StatementId }) => {
        const { fn } = functions.resolve(FunctionName);
        if (!fn.policy.delete(StatementId)) {
          throw new AwsError(
            "ResourceNotFoundException",
            `Statement ${StatementId} is not found in resource policy.`,
            404,
          );
        }
        return {};
      },
    ),
    GetPolicy: define(named, ({ FunctionName }) => {
      const { fn } = functions.resolve(FunctionName);
      if (fn.policy.size === 0) throw absent();
      return { Policy: policyDocument(fn), RevisionId: fn.latest.revisionId };
    }),
    TagResource: define(v.object({ Resource: v.string(), Tags: tags }), ({ Resource, Tags }) => {
      const { fn } = functions.resolve(Resource);
      for (const [key, value] of Object.entries(Tags)) fn.tags.set(key, value);
      return {};
    }),
    UntagResource: define(
      v.object({ Resource: v.string(), tagKeys: v.union([v.string(), v.array(v.string())]) }),
      ({ Resource, tagKeys }) => {
        const { fn } = functions.resolve(Resource);
        for (const key of [tagKeys].flat()) fn.tags.delete(key);
        return {};
      },
    ),
    ListTags: define(v.object({ Resource: v.string() }), ({ Resource }) => ({
      Tags: Object.fromEntries(functions.resolve(Resource).fn.tags),
    })),
  };
}
