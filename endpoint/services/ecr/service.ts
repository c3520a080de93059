import { AwsError } from "#endpoint/core/errors.ts";
import type { ImageResolver } from "#endpoint/core/ports.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { accessOf } from "./access.ts";
import type { EcrPorts } from "./engine.ts";
import { Images } from "./images.ts";
import { operationsOf } from "./operations/index.ts";
import { Repositories } from "./repositories.ts";
import { resourcesOf } from "./resources.ts";

export interface Ecr {
  readonly service: AwsService;
  readonly images: ImageResolver;
}

/** ECR as far as a bootstrap and a curious operator need it: repositories, their settings, and which image a tag means. */
export function createEcr({ place, clock }: EcrPorts): Ecr {
  const repositories = new Repositories(place);
  const images = new Images(repositories);
  const engine = { repositories, images, now: () => new Date(clock.now()) };
  return {
    images,
    service: {
      signingName: "ecr",
      protocol: { kind: "json" },
      operations: operationsOf(engine),
      resources: resourcesOf(engine),
      malformed: ({ member, constraint }) =>
        new AwsError(
          "InvalidParameterException",
          `Invalid parameter at '${member}' failed to satisfy constraint: '${constraint.replace(/^Member /, "")}'`,
        ),
      ...accessOf(engine),
    },
  };
}
