import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "#endpoint/clock.ts";
import { failureOf } from "../plane/failure.ts";
import type { Answer, Asked, Command, PlaneEvent, PlaneOptions } from "../plane/messages.ts";
import { DataPlane } from "./data-plane.ts";

/** The data plane's thread: obeys commands and reports what happens. */

if (parentPort === null) throw new Error("worker.ts is started as a thread, by plane/thread.ts.");
const controlPlane = parentPort;
const post = (message: Answer | PlaneEvent) => controlPlane.postMessage(message);
const options: PlaneOptions = workerData;
const plane = new DataPlane(options, systemClock, post);

controlPlane.on("message", async ({ id, command }: Asked) => {
  try {
    await obey(command);
    post({ kind: "done", id });
  } catch (error) {
    post({ kind: "failed", id, failure: failureOf(error) });
  }
});

function obey(command: Command): void | Promise<void> {
  switch (command.kind) {
    case "set-names":
      return plane.setNames(command.names);
    case "set-group":
      return plane.setGroup(command.group);
    case "remove-group":
      return plane.removeGroup(command.arn);
    case "register":
      return plane.register(command.group, command.target);
    case "deregister":
      return plane.deregister(command.group, command.target);
    case "serve":
      return plane.serve(command.balancer);
    case "stop-serving":
      return plane.stopServing(command.arn);
    case "watch-requests":
      return plane.watchRequests(command.watched);
    case "publish-metrics":
      return plane.publishMetrics();
    case "close":
      return plane.close();
  }
}
