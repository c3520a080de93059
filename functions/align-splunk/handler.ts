import * as v from "valibot";
import { answerCloudFormation } from "#lambda/middleware/answer-cloudformation.ts";
import { receive } from "#lambda/middleware/index.ts";
import { alignSecrets } from "#rotation/align/align-secrets.ts";
import { effects } from "#rotation/effects.ts";

const Deletion = v.object({ RequestType: v.literal("Delete") });

/**
 * Woken by a deploy, by a label that moved, and daily. As a custom resource on deploy, services that start next find the
 * keys under the names they want.
 */
export const handler = receive(v.unknown())
  .use(answerCloudFormation())
  .handler(async (event, { deadline }) => {
    if (v.is(Deletion, event)) return;
    await alignSecrets(effects(deadline));
  });
