import * as v from "valibot";
import { receive } from "#lambda/middleware/index.ts";
import { effects } from "#rotation/effects.ts";
import { reserveMs } from "#rotation/http.ts";
import { settle } from "#rotation/settle/settle.ts";

/** Of a label that moved, the secret; of a deployment that ended, the service; of the schedule, nothing. */
const Woken = v.union([
  v.pipe(
    v.object({ detail: v.object({ name: v.string() }) }),
    v.transform(({ detail }) => [detail.name]),
  ),
  v.pipe(
    v.object({ resources: v.array(v.string()) }),
    v.transform(({ resources }) => resources.map((arn) => arn.slice(arn.lastIndexOf("/") + 1))),
  ),
  v.pipe(
    v.unknown(),
    v.transform(() => []),
  ),
]);

export const handler = receive(Woken, reserveMs).handler(async (woken, { deadline }) => {
  await settle(effects(deadline), woken);
});
