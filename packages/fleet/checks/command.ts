import { isShell, variablesIn } from "../command.ts";
import { isStdio } from "../container-plan.ts";
import type { FleetDefinition } from "../definition.ts";
import type { Entry } from "../entry.ts";
import { didYouMean } from "../nearest.ts";
import type { Problem } from "../problem.ts";
import { auditEnvironment, secretsOf } from "../service-variables.ts";

/** A variable that nobody would expand reaches the program as it stands: `--port $PROT`. */
export function checkCommands(fleet: FleetDefinition, [key, service]: Entry): readonly Problem[] {
  const { entryPoint = [], command = [], local, sidecar } = service;
  const stdio = sidecar !== undefined && isStdio(sidecar) ? sidecar.stdio : [];
  const secrets = secretsOf(fleet, service).map((use) => use.key);
  const known = ["PORT", ...Object.keys(service.environment ?? {}), ...Object.keys(auditEnvironment(fleet, service))];
  const isUnknown = (name: string) => !known.includes(name);
  const check = (field: string, args: readonly string[], started: readonly string[]): readonly Problem[] =>
    isShell(started)
      ? []
      : variablesIn(args)
          .filter(isUnknown)
          .map((name) => ({
            field: `services.${key}.${field}`,
            value: `$${name}`,
            allowed: `variables whose values the map knows: ${known.join(", ")}`,
            remedy: secrets.includes(name)
              ? `A secret in a command shows in the list of processes: let the program read ${name} from its environment.`
              : `${didYouMean(name, known)}Correct the name, add it to services.${key}.environment, or start a shell: ["sh", "-c", "exec …"].`,
          }));
  return [
    ...check("entryPoint", entryPoint, entryPoint),
    ...check("command", command, entryPoint.length > 0 ? entryPoint : command),
    ...check("sidecar.stdio", stdio, stdio),
    ...check("local.command", local?.command ?? [], local?.command ?? []),
  ];
}
