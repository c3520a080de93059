import * as v from "valibot";
import { StartError } from "./start-error.ts";
import { type ContainerDefinition, LOCAL_COMMAND_LABEL } from "./task-definitions.ts";

const argv = v.pipe(v.string(), v.parseJson(), v.tupleWithRest([v.string()], v.string()));

/**
 * The argv that stands for the container's image, entry point and command. Without one there is nothing to run: no
 * image is ever pulled here.
 *
 * @param port of this task alone, for `$PORT` in an argument: a program that is started without a shell expands nothing
 */
export function localCommand(
  container: Pick<ContainerDefinition, "name" | "image" | "dockerLabels">,
  port: string | undefined,
): readonly [string, ...string[]] {
  const label = container.dockerLabels[LOCAL_COMMAND_LABEL];
  const cannotPull = `CannotPullContainerError: ${container.image} is not pulled by the local endpoint`;
  if (label === undefined)
    throw new StartError(
      `${cannotPull}: container ${container.name} has no command for this machine. ` +
        "Give the service's map entry an `entryPoint`, or a `local.command`.",
    );
  const parsed = v.safeParse(argv, label);
  if (!parsed.success)
    throw new StartError(
      `${cannotPull}: the docker label ${LOCAL_COMMAND_LABEL} of container ${container.name} is ${label}; ` +
        "it must be a JSON array of strings. Correct `local.command` in the service's map entry.",
    );
  const expand = (arg: string) => arg.replace(/\$(?:PORT\b|\{PORT\})/g, (name) => port ?? name);
  const [program, ...args] = parsed.output;
  return [expand(program), ...args.map(expand)];
}
