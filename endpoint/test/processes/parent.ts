/** A parent for the tests to end: starts two processes with a child each, prints all pids, then waits. */
import { setTimeout as sleep } from "node:timers/promises";
import { createSupervisor } from "#endpoint/processes/supervisor.ts";
import { listProcesses } from "./process-table.ts";

process.on("SIGUSR2", () => {
  throw new Error("crash");
});

const supervisor = createSupervisor();
const pids: number[] = [];

function startPair(script: string): Promise<void> {
  return new Promise((resolve) => {
    const child = supervisor.start({
      command: "sh",
      args: ["-c", script],
      env: { PATH: process.env.PATH ?? "" },
      cwd: import.meta.dirname,
      onLine(line) {
        pids.push(child.pid, Number(line));
        resolve();
      },
    });
  });
}

await Promise.all([
  startPair("sleep 1000 & echo $!; wait"),
  startPair("trap '' TERM; sleep 1000 & echo $!; while :; do sleep 1; done"),
]);
if (process.argv.includes("kill-guardian")) {
  const guardian = findGuardian();
  process.kill(guardian, "SIGKILL");
  while (Number.isNaN(findGuardian()) || findGuardian() === guardian) await sleep(10);
}
process.stdout.write(`${pids.join(" ")}\n`);
setInterval(() => undefined, 1_000);

function findGuardian(): number {
  const ours = listProcesses().filter(({ parent, zombie }) => parent === process.pid && !zombie);
  return ours.find(({ command }) => command.includes("guardian.sh"))?.pid ?? Number.NaN;
}
