import { type Access, actionOf } from "./access.ts";
import type { CredentialScope } from "./credential-scope.ts";
import type { DecodedCall } from "./protocols/codec.ts";
import type { HttpRequest, PassThrough } from "./service.ts";

/** What a call to an emulator does, read from the request: the emulator itself knows no policies. */
export function passThroughAccesses(
  scope: CredentialScope,
  _service: PassThrough,
  _head: HttpRequest,
  decoded: DecodedCall | undefined,
): readonly Access[] {
  return decoded ? [{ action: actionOf(scope.service, decoded.operation) }] : [];
}
