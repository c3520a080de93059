import type { ClientDocuments } from "../login/client-document.ts";
import type { IdentityProvider, ProviderConfig } from "../login/identity.ts";
import type { Sessions } from "../sessions/index.ts";

/** Who is admitted: everybody, or those who logged in at the identity provider. */
export type Admission =
  | { readonly kind: "open" }
  | {
      readonly kind: "login";
      readonly config: ProviderConfig;
      readonly provider: IdentityProvider;
      readonly documents: ClientDocuments;
      readonly sessions: Sessions;
    };
