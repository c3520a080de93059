import * as v from "valibot";
import type { Clock, ParameterReader, Place } from "../../endpoint/ports.ts";
import type { AwsService } from "../../endpoint/service.ts";
import { parameterOperations } from "./operations.ts";
import { parameterProvider } from "./parameter-resource.ts";
import { ParameterStore } from "./store.ts";
import { tagOperations } from "./tags.ts";

export interface Ssm {
  readonly service: AwsService;
  readonly parameters: ParameterReader;
}

const named = v.union([
  v.pipe(
    v.object({ Name: v.string() }),
    v.transform((input) => [input.Name]),
  ),
  v.pipe(
    v.object({ Path: v.string() }),
    v.transform((input) => [input.Path]),
  ),
  v.object({ Names: v.array(v.string()) }),
]);

/** Parameter Store. The rest of Systems Manager is not here. */
export function createSsm(ports: {
  readonly place: Pick<Place, "region" | "account">;
  readonly clock: Pick<Clock, "now">;
}): Ssm {
  const store = new ParameterStore(ports.place);
  const now = () => new Date(ports.clock.now());
  return {
    service: {
      signingName: "ssm",
      protocol: { kind: "json" },
      operations: { ...parameterOperations(store, now), ...tagOperations(store) },
      resources: { "AWS::SSM::Parameter": parameterProvider(store, now) },
      resourceOf(_operation, input) {
        const parsed = v.safeParse(named, input);
        if (!parsed.success) return undefined;
        const references = Array.isArray(parsed.output) ? parsed.output : parsed.output.Names;
        return references.map((it) => (it.startsWith("arn:") ? it : store.arn(it.split(":")[0] ?? it)));
      },
    },
    parameters: { read: (name) => store.resolve(name).version.value },
  };
}
