import { intervalOf, priceOfDay } from "#cli/console/price.ts";
import { estimate, fixedGlue } from "#cli/cost/estimate.ts";
import { createFleetReader } from "#console/reading/reader.ts";
import { openMany, planOnAws } from "../test/stage/many.ts";

export interface CallFigures {
  readonly services: number;
  /** Calls to AWS: a first reading of the console, each one after it, and three commands. */
  readonly console: { readonly first: number; readonly next: number };
  readonly status: number;
  readonly secretsList: number;
  readonly doctor: number;
  /** Milliseconds that `status` took, in this process. */
  readonly statusMs: number;
  /** US dollars a month: the part of the glue that is the same however many services, and all of the stage. */
  readonly glue: number;
  readonly stage: number;
  /** US dollars a day of a console that stays open. */
  readonly consoleDay: number;
}

/** What reading and running a stage takes, by the number of its services. */
export async function benchCalls(): Promise<readonly CallFigures[]> {
  const figures: CallFigures[] = [];
  for (const services of [10, 100, 1_000]) figures.push(await measure(services));
  return figures;
}

async function measure(services: number): Promise<CallFigures> {
  const many = await openMany(services);
  const reader = createFleetReader(many.plan, many.settings);
  const readAll = () => Promise.all([reader.services(), reader.secrets(), reader.alarms(), reader.chats()]);
  const count = async (work: () => Promise<unknown>) => sum([...(await many.countCalls(work)).values()]);
  try {
    const first = await count(readAll);
    const next = await count(readAll);
    const status = await count(() => many.fleet(["status"]));
    const secretsList = await count(() => many.fleet(["secrets", "list"]));
    const doctor = await count(() => many.fleet(["doctor", "--no-test-alarm"]));
    const began = performance.now();
    await many.fleet(["status"]);
    const statusMs = Math.round(performance.now() - began);
    const plan = planOnAws(services);
    return {
      services,
      console: { first, next },
      status,
      secretsList,
      doctor,
      statusMs,
      glue: cents(fixedGlue(plan)),
      stage: cents(estimate(plan).monthly),
      consoleDay: cents(priceOfDay(plan, intervalOf(plan))),
    };
  } finally {
    reader.close();
    await many.close();
  }
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
const cents = (dollars: number) => Math.round(dollars * 100) / 100;
