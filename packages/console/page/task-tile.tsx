import type { Task } from "../model/service.ts";
import { age, shortId } from "./format.ts";
import type { Perform } from "./perform.ts";

interface TaskTileProps {
  readonly task: Task;
  readonly service: string;
  readonly now: number;
  readonly perform: Perform;
}

export function TaskTile({ task, service, now, perform }: TaskTileProps) {
  const { id, phase, generation, createdAt, stoppedAt, pid, ending, reason } = task;
  const killable = perform !== undefined && (phase === "healthy" || phase === "unhealthy" || phase === "starting");
  return (
    <li class={`task ${phase} ${ending ?? ""}`}>
      <span class="phase">{phase}</span>
      <code>{shortId(id)}</code>
      <span class="facts">
        {stoppedAt === undefined ? age(createdAt, now) : `${age(stoppedAt, now)} ago`}
        {pid !== undefined && stoppedAt === undefined && ` · pid ${pid}`}
        {generation === "superseded" && stoppedAt === undefined && " · old"}
      </span>
      {reason !== undefined && (
        <span class="reason" title={reason}>
          {reason}
        </span>
      )}
      {killable && (
        <button
          type="button"
          aria-label={`Kill task ${shortId(id)} of ${service}`}
          onClick={() => perform({ kind: "kill-task", task: id })}
        >
          Kill
        </button>
      )}
    </li>
  );
}
