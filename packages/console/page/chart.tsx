import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Mark } from "../model/tool.ts";
import { day, timeOfDay } from "./format.ts";

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly title: string;
  /** Milliseconds since the epoch. */
  readonly times: readonly number[];
  /** The first is drawn over the others. */
  readonly lines: readonly Line[];
  readonly marks: readonly Mark[];
  readonly format: (value: number) => string;
}

const height = 130;
const dayMs = 86_400_000;
/** How lines are told apart where colours are not: each colour comes back with another pattern. */
const patterns = [[], [6, 3], [2, 3]];
const colours = 4;

/** The place of a line in the chart: class of its colour, and its pattern. */
export const styleOf = (at: number) => ({
  colour: `--line-${at % colours}`,
  pattern: patterns[Math.floor(at / colours) % patterns.length] ?? [],
});

/** Values over time, with what changed as lines from top to bottom. The table beside the charts says the same in words. */
export function Chart({ title, times, lines, marks, format }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let plot = draw(element, { title, times, lines, marks, format });
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => {
      plot.destroy();
      plot = draw(element, { title, times, lines, marks, format });
    };
    scheme.addEventListener("change", redraw);
    return () => {
      scheme.removeEventListener("change", redraw);
      observer.disconnect();
      plot.destroy();
    };
  }, [times, lines, marks]);
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null));
  const highest = values.length === 0 ? "nothing" : `at most ${format(Math.max(...values))}`;
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <div ref={box} class="chart" role="img" aria-label={`${title}: ${highest}`} />
    </figure>
  );
}

function draw(element: HTMLElement, { times, lines, marks, format }: ChartProps): uPlot {
  const style = getComputedStyle(element);
  // The scheme's own: `light-dark()` is resolved only where a colour is used.
  const colour = (name: string) => {
    element.style.color = `var(${name})`;
    const resolved = style.color;
    element.style.color = "";
    return resolved;
  };
  const [text, grid] = [colour("--quiet"), { stroke: colour("--line"), width: 1 }];
  const axis = { stroke: text, grid, ticks: { ...grid, size: 4 }, font: "11px system-ui, sans-serif" };
  const [from = 0, to = 0] = [times[0], times.at(-1)];
  const label = to - from > dayMs ? day : (at: number) => timeOfDay(at).slice(0, 5);
  const series = lines.map((_, at): uPlot.Series => {
    const { colour: name, pattern } = styleOf(at);
    return { stroke: colour(name), width: 1.5, dash: pattern };
  });
  const marked = marks.map(({ at, kind }) => ({
    at: at / 1000,
    stroke: colour(kind === "release" ? "--warn" : "--good"),
  }));
  return new uPlot(
    {
      width: element.clientWidth,
      height,
      legend: { show: false },
      cursor: { show: false },
      padding: [10, 16, 0, 0],
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
      scales: { y: { range: (_, __, highest) => [0, Math.max(highest ?? 0, Number.MIN_VALUE) * 1.1 || 1] } },
      axes: [
        { ...axis, size: 28, space: 60, values: (_, splits) => splits.map((at) => label(at * 1000)) },
        { ...axis, size: 56, values: (_, splits) => splits.map((value) => (value === 0 ? "0" : format(value))) },
      ],
      series: [{}, ...series.toReversed()],
      hooks: { draw: [(plot) => drawMarks(plot, marked)] },
    },
    [times.map((at) => at / 1000), ...lines.map(({ values }) => [...values]).toReversed()],
    element,
  );
}

/** A line from top to bottom, and a triangle above it. */
function drawMarks(plot: uPlot, marks: readonly { readonly at: number; readonly stroke: string }[]): void {
  const { ctx, bbox } = plot;
  const size = 5 * devicePixelRatio;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  for (const { at, stroke } of marks) {
    const x = Math.round(plot.valToPos(at, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = stroke;
    ctx.fillStyle = stroke;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x - size, bbox.top - size);
    ctx.lineTo(x + size, bbox.top - size);
    ctx.lineTo(x, bbox.top + size / 2);
    ctx.fill();
  }
  ctx.restore();
}
