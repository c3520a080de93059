import { intervalOf, priceOfDay } from "#cli/console/price.ts";
import { estimate, fixedGlue } from "#cli/cost/estimate.ts";
import { createFleetReader } from "#console/reading/reader.ts";
import { type ManyServices, openMany } from "../test/stage/many.ts";
import { planOnAws } from "../test/stage/many-map.ts";
import type { Taken } from "../test/stage/own-process.ts";

export interface CallFigures {
  readonly services: number;
  /** Calls to AWS: a first reading of the console, each one once all versions are dated, functions and commands. */
  readonly console: { readonly first: number; readonly next: number };
  /** A run of the planner where every secret is settled. */
  readonly planner: number;
  readonly status: number;
  readonly secretsList: number;
  readonly doctor: number;
  /** Every service has a thousand requests a minute for seven hours, which is what the endpoint keeps, or two. */
  readonly tuneBusy: TuneFigures;
  readonly tuneQuiet: TuneFigures;
  /** Milliseconds that `status` took, in this process. */
  readonly statusMs: number;
  /** US dollars a month: the part of the glue that is the same however many services, and all of the stage. */
  readonly glue: number;
  readonly stage: number;
  /** US dollars a day of a console that stays open. */
  readonly consoleDay: number;
}

interface TuneFigures extends Taken {
  readonly calls: number;
  /** Of them, for metrics. */
  readonly metrics: number;
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
    // The versions of 50 secrets are dated with each reading.
    for (let dated = 50; dated < services; dated += 50) await readAll();
    const next = await count(readAll);
    const planner = await count(() => many.call("settle-secret"));
    const status = await count(() => many.fleet(["status"]));
    const secretsList = await count(() => many.fleet(["secrets", "list"]));
    const doctor = await count(() => many.fleet(["doctor", "--no-test-alarm"]));
    const began = performance.now();
    await many.fleet(["status"]);
    const statusMs = Math.round(performance.now() - began);
    const tuneQuiet = await tune(many, false);
    const tuneBusy = await tune(many, true);
    const plan = planOnAws(services);
    return {
      services,
      console: { first, next },
      status,
      secretsList,
      doctor,
      planner,
      tuneBusy,
      tuneQuiet,
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

async function tune(many: ManyServices, busy: boolean): Promise<TuneFigures> {
  await many.measure({ minutes: 419, busy: () => busy });
  let taken: Taken = { ms: 0, processorMs: 0, memoryMb: 0 };
  const counts = await many.countCalls(async () => {
    taken = await many.call("tune-alarms");
  });
  return { ...taken, calls: sum([...counts.values()]), metrics: counts.get("monitoring GetMetricData") ?? 0 };
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
const cents = (dollars: number) => Math.round(dollars * 100) / 100;
