import type { MetricSink } from "#endpoint/core/ports.ts";

type Dimensions = Readonly<Record<string, string>>;

const namespace = "AWS/ApplicationELB";

/** Equal response times travel together: at thousands of requests a second, one by one would cost both threads. */
const stepsPerSecond = 100_000;

/** Counts since the last report, published under one set of dimensions. */
class Counters {
  readonly #counts = new Map<string, number>();

  add(metric: string, amount = 1): void {
    this.#counts.set(metric, (this.#counts.get(metric) ?? 0) + amount);
  }

  publish(sink: MetricSink, dimensions: Dimensions, at: number): void {
    for (const [metric, value] of this.#counts) {
      if (value === 0) continue;
      sink.put({ namespace, metric, dimensions, value, at, unit: "Count" });
      this.#counts.set(metric, 0);
    }
  }
}

/** A balancer's traffic to one target group. */
export class GroupMeter {
  readonly dimensions: Dimensions;
  readonly #counters = new Counters();
  readonly #balancer: BalancerMeter;
  #requests = 0;
  readonly #byClass = [0, 0, 0, 0, 0, 0];
  /** How often each came, in hundredths of a millisecond. */
  #responseTimes = new Map<number, number>();

  constructor(balancer: BalancerMeter, dimensions: Dimensions) {
    this.#balancer = balancer;
    this.dimensions = dimensions;
  }

  /** A target answered. `seconds` run from the request leaving the balancer to the target's response headers. */
  answered(status: number, seconds: number): void {
    const hundreds = Math.floor(status / 100);
    this.#byClass[hundreds] = (this.#byClass[hundreds] ?? 0) + 1;
    const steps = Math.max(1, Math.round(seconds * stepsPerSecond));
    this.#responseTimes.set(steps, (this.#responseTimes.get(steps) ?? 0) + 1);
    this.#requests += 1;
  }

  /** A target was chosen but did not answer. */
  unanswered(connected: boolean): void {
    this.#requests += 1;
    if (connected) return;
    this.#counters.add("TargetConnectionErrorCount");
    this.#balancer.add("TargetConnectionErrorCount");
  }

  /** What each of so many healthy targets had to answer of the requests since the last report. */
  share(healthy: number): void {
    if (healthy > 0) this.#counters.add("RequestCountPerTarget", this.#requests / healthy);
  }

  publish(sink: MetricSink, at: number): void {
    this.#counters.add("RequestCount", this.#requests);
    this.#requests = 0;
    for (const [hundreds, count] of this.#byClass.entries()) {
      if (count === 0) continue;
      this.#counters.add(`HTTPCode_Target_${hundreds}XX_Count`, count);
      this.#balancer.add(`HTTPCode_Target_${hundreds}XX_Count`, count);
      this.#byClass[hundreds] = 0;
    }
    this.#counters.publish(sink, this.dimensions, at);
    const times = this.#responseTimes;
    this.#responseTimes = new Map();
    for (const dimensions of [this.dimensions, this.#balancer.dimensions]) {
      for (const [steps, count] of times) {
        const value = steps / stepsPerSecond;
        sink.put({ namespace, metric: "TargetResponseTime", dimensions, value, count, at, unit: "Seconds" });
      }
    }
  }
}

/**
 * What a balancer reports to CloudWatch, with the names and dimensions of
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 * Counts are published as one datum with their sum, as `Sum` is the statistic AWS names for them.
 */
export class BalancerMeter {
  readonly dimensions: Dimensions;
  activeConnections = 0;
  #requests = 0;
  readonly #fullName: string;
  readonly #counters = new Counters();
  readonly #groups = new Map<string, GroupMeter>();

  constructor(fullName: string) {
    this.#fullName = fullName;
    this.dimensions = { LoadBalancer: fullName };
  }

  add(metric: string, amount = 1): void {
    this.#counters.add(metric, amount);
  }

  request(): void {
    this.#requests += 1;
  }

  /** The balancer answered with its own error. */
  ownError(status: number): void {
    this.add(status < 500 ? "HTTPCode_ELB_4XX_Count" : "HTTPCode_ELB_5XX_Count");
    if (status >= 500) this.add(`HTTPCode_ELB_${status}_Count`);
  }

  group(fullName: string): GroupMeter {
    const meter =
      this.#groups.get(fullName) ?? new GroupMeter(this, { TargetGroup: fullName, LoadBalancer: this.#fullName });
    this.#groups.set(fullName, meter);
    return meter;
  }

  publish(sink: MetricSink, at: number): void {
    for (const group of this.#groups.values()) group.publish(sink, at);
    this.#counters.add("RequestCount", this.#requests);
    this.#requests = 0;
    this.#counters.add("ActiveConnectionCount", this.activeConnections);
    this.#counters.publish(sink, this.dimensions, at);
  }
}

/** Published while a group in use has targets, as on AWS: a group without any reports nothing. */
export function publishHostCounts(
  sink: MetricSink,
  dimensions: Dimensions,
  states: readonly string[],
  at: number,
): void {
  if (states.length === 0) return;
  const healthy = states.filter((state) => state === "healthy").length;
  const unhealthy = states.filter((state) => state === "unhealthy").length;
  for (const [metric, value] of [
    ["HealthyHostCount", healthy],
    ["UnHealthyHostCount", unhealthy],
  ] as const) {
    sink.put({ namespace, metric, dimensions, value, at, unit: "Count" });
  }
}
