/**
 * Milliseconds that this thread computes in one run: its own time, however busy the machine is, without the kernel's,
 * which fetches pages for long texts at a price of its own. That clock may tick only every few milliseconds, so runs are
 * added up until there is enough to divide.
 */
function computed(work: () => unknown): number {
  work();
  const began = process.threadCpuUsage();
  for (let runs = 1; ; runs++) {
    work();
    const { user } = process.threadCpuUsage(began);
    if (user >= 40_000) return user / 1_000 / runs;
  }
}

/** Between linear, eightfold, and a square, sixty-four-fold. */
export const linear = 24;

/**
 * How the time grows when a text is eight times as long: measured again, a few times, where a busy machine makes it
 * look like more than `linear`. A square stays one, however often it is measured.
 */
export function growth(work: (text: string) => unknown, text: string): number {
  const longer = text.repeat(8);
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 4 && least >= linear; attempt++) {
    const once = computed(() => work(text));
    least = Math.min(least, computed(() => work(longer)) / once);
  }
  return least;
}
