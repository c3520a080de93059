import { DescribeTargetHealthCommand, TargetGroupNotFoundException } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Clients } from "./clients.ts";

/** The balancer's verdict, by `<address>:<port>`. */
export type TargetHealth = ReadonlyMap<string, string>;

export async function readTargetHealth(groups: readonly string[], { balancing }: Clients): Promise<TargetHealth> {
  const answers = await Promise.all(
    groups.map((TargetGroupArn) =>
      balancing.send(new DescribeTargetHealthCommand({ TargetGroupArn })).catch((error: unknown) => {
        // Removed together with its service, which is not gone yet.
        if (error instanceof TargetGroupNotFoundException) return { TargetHealthDescriptions: [] };
        throw error;
      }),
    ),
  );
  const descriptions = answers.flatMap(({ TargetHealthDescriptions = [] }) => TargetHealthDescriptions);
  return new Map(
    descriptions.map(({ Target, TargetHealth }) => [`${Target?.Id}:${Target?.Port}`, TargetHealth?.State ?? "unused"]),
  );
}
