import type { RequestListener } from "node:http";
import type * as v from "valibot";
import type { AwsError, MalformedInput } from "./errors.ts";
import type { ConditionKeys } from "./ports.ts";
import { isForm } from "./protocols/form.ts";
import { parseInput } from "./validation.ts";

/** Who signed a request: the developer at the keyboard, or a role that the endpoint issued credentials for. */
export type Caller =
  | { readonly kind: "operator"; readonly accessKeyId: string; readonly arn: string }
  | {
      readonly kind: "role";
      readonly accessKeyId: string;
      readonly roleArn: string;
      readonly sessionName: string;
      readonly arn: string;
    };

/** One API request, after the protocol was decoded. */
export interface ApiCall {
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly requestId: string;
  readonly caller: Caller;
  readonly http: HttpRequest;
}

export interface HttpRequest {
  readonly method: string;
  /** Path without the query string, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/**
 * Named members, typed: numbers as numbers, timestamps as `Date`, binary as `Buffer`, a map with free keys as `Map`
 * where the protocol may be XML. The codec writes each as the protocol wants it and leaves out `undefined`.
 */
export type Output = Readonly<Record<string, unknown>>;

/** An answer the protocol does not shape: Lambda's Invoke returns the function's payload and its headers as they are. */
export class RawResponse {
  readonly response: HttpResponse;

  constructor(response: HttpResponse) {
    this.response = response;
  }
}

export type Answer = Output | RawResponse;

/** An operation parses its own input (`define` does it with a schema), and throws `AwsError` as AWS would. */
export type Operation = (input: unknown, call: ApiCall) => Answer | Promise<Answer>;

/** By name, as a client calls them. */
export type Operations = Readonly<Record<string, Operation>>;

/** Binds a schema to a handler: input that does not fit is AWS's `ValidationException`, or the service's `malformed`. */
export function define<const S extends v.GenericSchema>(
  schema: S,
  handle: (input: v.InferOutput<S>, call: ApiCall) => Answer | Promise<Answer>,
): Operation {
  return (input, call) => {
    const emptied = isForm(call.http) ? "form" : "document";
    return handle(parseInput(schema, input, { operation: call.operation, emptied }), call);
  };
}

/**
 * How a service speaks on the wire. Clients of one service differ (CloudWatch: the CLI sends CBOR, the newest SDK JSON,
 * older ones form-encoded queries), so the endpoint follows the request, and the service is written once.
 * - `json`: `X-Amz-Target: <prefix>.<Operation>`, JSON both ways (Secrets Manager, ECS, SSM, Logs, EventBridge …).
 *   Smithy RPC v2 CBOR is understood too. `messageMember` is what the service's model calls the message of an error,
 *   given its code: `message` by default.
 * - `query`: form-encoded `Action=`, decoded to nested objects whose leaves are strings
 *   (`Tags.member.1.Key` becomes `{Tags:[{Key}]}`, `entry` lists become objects); answers XML in `namespace`.
 *   JSON and CBOR are understood too: their leaves become strings before the operation sees them, a timestamp
 *   an ISO string (CBOR) or epoch seconds (JSON).
 *   `listElement` names the element of a list in XML, given the dotted path of the list within the result
 *   ("ReplicationGroups.NodeGroups"); `member` by default.
 * - `ec2`: query with flattened lists (`SubnetId.1`), `item` elements and its own error shape. Inputs and outputs
 *   carry the names on the wire, as the API reference prints them (`subnetSet`, `subnetId`).
 * - `rest-json`, `rest-xml`: operations by method and path (Lambda, Route 53). In XML the element of a list is its
 *   name without the final "s" unless `listElement` says otherwise, in both directions.
 */
export type Protocol =
  | { readonly kind: "json"; readonly messageMember?: (code: string) => "message" | "Message" }
  | { readonly kind: "query"; readonly namespace: string; readonly listElement?: (path: string) => string }
  | { readonly kind: "ec2"; readonly namespace: string }
  | {
      readonly kind: "rest-json" | "rest-xml";
      readonly namespace?: string;
      readonly routes: readonly Route[];
      readonly listElement?: (path: string) => string;
    };

/**
 * `path` holds `{Name}` for one segment and `{Name+}` for the rest. The input is the body's document, joined by the
 * path's names and the query parameters (a repeated one is a list), which win over members of the body.
 */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: string;
  /** HTTP status of a success; 200 by default. */
  readonly status?: number;
  /** `blob`: the body is not a document and is left alone; the operation reads `call.http.body`. */
  readonly body?: "document" | "blob";
}

/** Requests without a signature that a service answers itself: CloudFormation's custom-resource answers. */
export interface PublicRoute {
  readonly method: string;
  readonly pathPrefix: string;
  handle(request: HttpRequest): HttpResponse | Promise<HttpResponse>;
}

/** Operations that share a bucket: so many calls at once, and so many a second in the long run. */
export interface Quota {
  readonly operations: readonly string[];
  readonly burst: number;
  readonly perSecond: number;
}

/** A service written here, addressed by the signing name in the request's credential scope. */
export interface AwsService {
  readonly signingName: string;
  readonly protocol: Protocol;
  readonly operations: Operations;
  readonly resources?: Resources;
  readonly publicRoutes?: readonly PublicRoute[];
  /** How often AWS lets an account call, where it says so. Held to only where the cloud is told to throttle. */
  readonly quotas?: readonly Quota[];
  /** The answer to input that does not fit its schema, where the service has a code or words of its own for it. */
  malformed?(input: MalformedInput): AwsError;
  /**
   * The ARN, or ARNs, a call acts on, for IAM: policies of a role are then checked against each. Without it, or where
   * it returns `undefined`, only the action is checked. `input` is decoded and not yet validated.
   */
  resourceOf?(operation: string, input: unknown, call: ApiCall): string | readonly string[] | undefined;
  /** Condition keys of the call that IAM policies may test, such as `ecs:cluster`. */
  conditionKeysOf?(operation: string, input: unknown, call: ApiCall): ConditionKeys;
  /** What the service asks KMS for in the caller's name, who has to be allowed that as well. */
  keysUsedBy?(operation: string, input: unknown): readonly KeyUse[];
  stop?(): Promise<void>;
}

/** What IAM checks a call against. */
export type CallAccess = Pick<AwsService, "resourceOf" | "conditionKeysOf" | "keysUsedBy">;

/** A call of KMS, on a key by its ARN. */
export interface KeyUse {
  readonly action: string;
  readonly resource: string;
  readonly conditionKeys: ConditionKeys;
}

/** A service that a ready-made emulator serves: it answers requests as they are (S3, SQS, DynamoDB). */
export interface PassThrough {
  readonly signingName: string;
  readonly emulator: RequestListener;
  /** The operations that the emulator has, where a call names one; what else is asked for is not emulated. */
  readonly known?: readonly string[];
  readonly resources?: Resources;
  stop?(): Promise<void>;
}

export type Properties = Readonly<Record<string, unknown>>;

/** Where a resource belongs: enough to name it as CloudFormation would. */
export interface ResourceContext {
  readonly region: string;
  readonly account: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly logicalId: string;
  /** Tags of the stack, which CloudFormation puts on every resource that takes tags. */
  readonly stackTags: Readonly<Record<string, string>>;
  /** Aborted when the stack operation is given up: stop waiting. */
  readonly signal: AbortSignal;
  /** True on a deletion whose policy in the template is `Snapshot`: take a final snapshot first. */
  readonly finalSnapshot?: boolean;
  /**
   * To be called by a creation as soon as the resource exists, before it waits for it to be stable: if it then fails
   * or is given up, the rollback deletes what was made. Without the call a failed creation leaves nothing to delete.
   */
  initiated?(state: ResourceState): void;
}

/** `physicalId` is what `Ref` yields, `attributes` what `Fn::GetAtt` yields (dotted names kept: "Endpoint.Address"). */
export interface ResourceState {
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * One CloudFormation resource type. Each method returns when the resource is stable, as CloudFormation waits, and
 * throws when it cannot be created: the stack then rolls back. Each may be called again after a failure.
 */
export interface ResourceProvider {
  /** Top-level properties whose change replaces the resource (from the type's reference page). */
  readonly replaceOn: readonly string[];
  create(properties: Properties, context: ResourceContext): Promise<ResourceState>;
  /** In place; a resource that cannot be updated in place declares it with `replaceOn`. */
  update(
    current: ResourceState,
    properties: Properties,
    previous: Properties,
    context: ResourceContext,
  ): Promise<ResourceState>;
  /** Deleting what is gone already is a success. */
  delete(current: ResourceState, properties: Properties, context: ResourceContext): Promise<void>;
  /**
   * The properties as they are now, in the template's words, for drift detection: those that can be changed by
   * others; `undefined` where the resource is gone. A type without it is one that drift detection does not support.
   */
  read?(current: ResourceState, properties: Properties): Properties | undefined;
  /** True for a type kept as a record with nothing to run locally (subnets, route tables). The deploy counts them. */
  readonly inert?: boolean;
}

/** The CloudFormation resource types a service creates, by type name. */
export type Resources = Readonly<Record<string, ResourceProvider>>;
