/**
 * CPU units and the memory Fargate sells with them, in MiB.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
 */
const sizes: readonly { readonly cpu: number; readonly memory: readonly number[] }[] = [
  { cpu: 256, memory: [512, 1024, 2048] },
  { cpu: 512, memory: range(1024, 4096, 1024) },
  { cpu: 1024, memory: range(2048, 8192, 1024) },
  { cpu: 2048, memory: range(4096, 16384, 1024) },
  { cpu: 4096, memory: range(8192, 30720, 1024) },
  { cpu: 8192, memory: range(16384, 61440, 4096) },
  { cpu: 16384, memory: range(32768, 122880, 8192) },
];

function range(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
}

export interface Size {
  readonly cpu: number;
  readonly memory: number;
}

/** The next larger memory, with as little CPU as Fargate sells it with; `undefined` for the largest. */
export function nextMemory({ cpu, memory }: Size): Size | undefined {
  const larger = sizes
    .filter((size) => size.cpu >= cpu)
    .flatMap((size) => {
      const more = size.memory.find((one) => one > memory);
      return more === undefined ? [] : [{ cpu: size.cpu, memory: more }];
    });
  return larger[0];
}

/** The next larger CPU, with no less memory; `undefined` for the largest. */
export function nextCpu({ cpu, memory }: Size): Size | undefined {
  const larger = sizes.find((size) => size.cpu > cpu);
  const enough = larger?.memory.find((one) => one >= memory);
  return larger === undefined || enough === undefined ? undefined : { cpu: larger.cpu, memory: enough };
}

export const fargateCpus: readonly number[] = sizes.map((size) => size.cpu);

/** Memory in MiB that goes with these CPU units; empty when Fargate has no such CPU size. */
export function fargateMemory(cpu: number): readonly number[] {
  return sizes.find((size) => size.cpu === cpu)?.memory ?? [];
}
