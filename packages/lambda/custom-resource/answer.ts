import type { ReturnAddress } from "./return-address.ts";

export type Result = { readonly status: "SUCCESS" } | { readonly status: "FAILED"; readonly reason: string };

/**
 * Sends CloudFormation the outcome; without it the stack waits an hour. No content type: the URL is signed without one.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
 */
export async function answer(to: ReturnAddress, result: Result): Promise<void> {
  const response = await fetch(to.ResponseURL, {
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
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`CloudFormation did not accept the answer: HTTP ${response.status}`);
}
