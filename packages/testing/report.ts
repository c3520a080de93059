import { basename } from "node:path";
import { styleText } from "node:util";
import { DefaultReporter, type TestModule, type TestSpecification } from "vitest/node";

const guide = "docs/testing.md: what each kind of test proves, and how to run one";

/**
 * Shows a run's progress and failures in full, and ends in three lines: counts and time; what was slowest or skipped, and
 * why; where to look. On a terminal Vitest's own window shows the files that run; in a pipe a line shows the progress
 * at every tenth of them.
 *
 * A bare run (`.ci/bare`) says in `SKIPPED_AT_MOST` how many tests may be skipped; it fails on more, and on one without
 * a reason.
 */
export default class Report extends DefaultReporter {
  #files = 0;
  #ended: TestModule[] = [];

  constructor() {
    // What tests print is shown with those that fail.
    super({ silent: "passed-only" });
  }

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    super.onTestRunStart(specifications);
    this.#files = specifications.length;
    this.#ended = [];
  }

  protected override printTestModule(module: TestModule): void {
    if (this.renderSucceed || module.state() === "failed") super.printTestModule(module);
    this.#ended.push(module);
    const [files, all] = [this.#ended.length, this.#files];
    const tenths = (count: number) => Math.floor((count * 10) / all);
    if (this.isTTY || all < 10 || files === all || tenths(files) === tenths(files - 1)) return;
    this.log(` ${files} of ${all} files, ${this.#tests().length} tests, ${timeOf(performance.now() - this.start)}`);
  }

  override reportTestSummary(_: unknown, errors: readonly unknown[]): void {
    const tests = this.#tests().filter((test) => test.result().state !== "skipped");
    const failed = tests.filter((test) => test.result().state === "failed");
    const broken = this.#ended.filter((module) => module.state() === "failed");
    const time = timeOf(this.end - this.start);
    this.log();
    if (failed.length + broken.length + errors.length === 0) {
      this.log(styleText("green", `✔ ${of(tests, "test")} in ${of(this.#ended, "file")} passed in ${time}`));
    } else {
      const beside = errors.length > 0 ? `, and ${of(errors, "error")} outside of tests` : "";
      const where = `in ${broken.length} of ${of(this.#ended, "file")}${beside}, in ${time}`;
      this.log(styleText("red", `✘ ${failed.length} of ${of(tests, "test")} failed ${where}`));
    }
    this.log(this.#skippedOf() ?? this.#slowest());
    const again = broken.slice(0, 3).map((module) => module.relativeModuleId);
    this.log(again.length > 0 ? `again: npx vitest run ${again.join(" ")}` : guide);
  }

  #tests() {
    return this.#ended.flatMap(({ children }) => [...children.allTests()]);
  }

  #slowest(): string {
    const slowest = this.#ended.toSorted((one, other) => other.diagnostic().duration - one.diagnostic().duration);
    const nameOf = ({ moduleId }: TestModule) => basename(moduleId, ".test.ts");
    const words = slowest.slice(0, 3).map((module) => `${nameOf(module)} ${timeOf(module.diagnostic().duration)}`);
    return `slowest: ${words.join(", ")}`;
  }

  /** What a machine lacks, by how many tests needed it: `skipped: 12 tests: redis-server (4), aws (5), …`. */
  #skippedOf(): string | undefined {
    const tests = this.#tests().filter((test) => test.result().state === "skipped");
    const unexplained = tests.filter((test) => test.meta().missing === undefined);
    this.#limit(tests.length, unexplained.length);
    // With `-t` all other tests are skipped.
    if (tests.length === 0 || this.ctx.config.testNamePattern !== undefined) return undefined;
    const counts = new Map<string, number>();
    for (const test of tests) {
      const why = test.meta().missing ?? `no reason: ${test.fullName}`;
      counts.set(why, (counts.get(why) ?? 0) + 1);
    }
    const words = [...counts].toSorted(([, one], [, other]) => other - one).map(([why, count]) => `${why} (${count})`);
    return `skipped: ${of(tests, "test")}: ${words.join(", ")}`;
  }

  #limit(skipped: number, unexplained: number): void {
    const { SKIPPED_AT_MOST: limit } = process.env;
    if (limit === undefined || (skipped <= Number(limit) && unexplained === 0)) return;
    this.error(
      `At most ${limit} tests may be skipped here, each with the program it needs (packages/testing/programs.ts).`,
    );
    process.exitCode = 1;
  }
}

const of = ({ length }: readonly unknown[], noun: string) => `${length} ${noun}${length === 1 ? "" : "s"}`;

function timeOf(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
