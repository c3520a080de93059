import { createHttp } from "#chat/receivers/http.ts";
import { Secret } from "#chat/receivers/secret.ts";
import type { ReturnAddress } from "./return-address.ts";

const http = createHttp(10_000);

export type Result = { readonly status: "SUCCESS" } | { readonly status: "FAILED"; readonly reason: string };

/**
 * Sends CloudFormation the outcome; without it the stack waits an hour. No content type: the URL is signed without one.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
 */
export async function answer(to: ReturnAddress, result: Result): Promise<void> {
  const outcome = await http({
    url: new Secret(to.ResponseURL),
    method: "PUT",
    headers: { "content-type": "" },
    body: JSON.stringify({
      Status: result.status,
      ...(result.status === "FAILED" && { Reason: result.reason }),
      // It must never change: another id would make CloudFormation delete the resource under the old one.
      PhysicalResourceId: to.PhysicalResourceId ?? to.LogicalResourceId,
      StackId: to.StackId,
      RequestId: to.RequestId,
      LogicalResourceId: to.LogicalResourceId,
    }),
  });
  if (outcome.kind === "answer" && outcome.status < 300) return;
  const reason = outcome.kind === "answer" ? `HTTP ${outcome.status}` : outcome.reason;
  throw new Error(`CloudFormation did not accept the answer: ${reason}`);
}
