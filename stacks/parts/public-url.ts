import * as lambda from "aws-cdk-lib/aws-lambda";
import type { Stack } from "../sst.ts";
import type { FunctionRoom } from "./function-room.ts";

/** An address of Lambda's own, with TLS, that anybody may call: the function decides. @returns the address */
export function openPublicUrl(stack: Stack, name: string, { functionArn }: FunctionRoom): string {
  const url = new lambda.CfnUrl(stack, `${name}Url`, { targetFunctionArn: functionArn, authType: "NONE" });
  // Both, since October 2025: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
  new lambda.CfnPermission(stack, `${name}UrlPermission`, {
    functionName: functionArn,
    action: "lambda:InvokeFunctionUrl",
    principal: "*",
    functionUrlAuthType: "NONE",
  });
  new lambda.CfnPermission(stack, `${name}CallPermission`, {
    functionName: functionArn,
    action: "lambda:InvokeFunction",
    principal: "*",
    invokedViaFunctionUrl: true,
  });
  return url.attrFunctionUrl;
}
