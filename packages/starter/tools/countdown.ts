import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { defineTool, text } from "#sidecar";

export default defineTool({
  name: "countdown",
  title: "Count down",
  description: "Counts down once a second and reports its progress: a tool that takes a while.",
  input: { from: z.number().int().min(1).max(60).describe("Where to start, in seconds") },
  run: async ({ from }, { signal, progress }) => {
    for (let done = 0; done < from; done++) {
      await progress(done, from, `${from - done}…`);
      await sleep(1000, undefined, { signal });
    }
    await progress(from, from, "done");
    return text(`Counted down from ${from}.`);
  },
});
