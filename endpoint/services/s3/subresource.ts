import { AwsError, notEmulated } from "#endpoint/core/errors.ts";

/** A request to a bucket's or an object's configuration (`?versioning`, `?tagging` …), not to its content. */
export interface SubresourceRequest {
  readonly method: string;
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly name: string;
  readonly body: string;
}

export interface SubresourceAnswer {
  readonly status: number;
  readonly body: string;
}

const xmlns = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

const ownerAcl =
  `<AccessControlPolicy ${xmlns}><Owner><ID>local</ID></Owner><AccessControlList><Grant>` +
  '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>local</ID></Grantee>' +
  "<Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>";

/** Every bucket is encrypted with SSE-S3 unless configured otherwise: the default of S3 since January 2023. */
const sseS3 =
  `<ServerSideEncryptionConfiguration ${xmlns}><Rule><ApplyServerSideEncryptionByDefault>` +
  "<SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled>" +
  "</Rule></ServerSideEncryptionConfiguration>";

type Unset = { readonly body: string } | { readonly code: string; readonly message: string };

/** What S3 answers while a configuration has not been put: an empty document, or its own error. */
const unset: Readonly<Record<string, Unset>> = {
  accelerate: { body: `<AccelerateConfiguration ${xmlns}/>` },
  acl: { body: ownerAcl },
  cors: { code: "NoSuchCORSConfiguration", message: "The CORS configuration does not exist" },
  encryption: { body: sseS3 },
  logging: { body: `<BucketLoggingStatus ${xmlns}/>` },
  notification: { body: `<NotificationConfiguration ${xmlns}/>` },
  ownershipControls: {
    body: `<OwnershipControls ${xmlns}><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>`,
  },
  policy: { code: "NoSuchBucketPolicy", message: "The bucket policy does not exist" },
  policyStatus: { body: `<PolicyStatus ${xmlns}><IsPublic>false</IsPublic></PolicyStatus>` },
  publicAccessBlock: {
    body:
      `<PublicAccessBlockConfiguration ${xmlns}><BlockPublicAcls>true</BlockPublicAcls>` +
      "<IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>" +
      "<RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>",
  },
  replication: {
    code: "ReplicationConfigurationNotFoundError",
    message: "The replication configuration was not found",
  },
  requestPayment: {
    body: `<RequestPaymentConfiguration ${xmlns}><Payer>BucketOwner</Payer></RequestPaymentConfiguration>`,
  },
  tagging: { code: "NoSuchTagSet", message: "The TagSet does not exist" },
  versioning: { body: `<VersioningConfiguration ${xmlns}/>` },
  website: {
    code: "NoSuchWebsiteConfiguration",
    message: "The specified bucket does not have a website configuration",
  },
};

/** The configuration a query string names, if any; `location` and `versions` are answered from the bucket itself. */
export function subresourceOf(query: Iterable<string>): string | undefined {
  for (const name of query) if (Object.hasOwn(unset, name)) return name;
  return undefined;
}

/** Keeps what is put and gives it back; nothing of it changes how objects are served. */
export class Subresources {
  readonly #documents = new Map<string, string>();

  answer(request: SubresourceRequest): SubresourceAnswer {
    const id = `${request.name}\n${request.bucket}\n${request.key}`;
    switch (request.method) {
      case "GET":
        return this.#get(id, request);
      case "PUT":
        if (request.name === "notification" && /<(Topic|Queue|CloudFunction)Configuration>/.test(request.body))
          throw notEmulated("S3 event notification");
        this.#documents.set(id, request.body);
        return { status: request.name === "policy" ? 204 : 200, body: "" };
      case "DELETE":
        this.#documents.delete(id);
        return { status: 204, body: "" };
      default:
        throw new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405);
    }
  }

  /** A deleted bucket takes its configuration with it. */
  forget(bucket: string): void {
    for (const id of this.#documents.keys()) if (id.split("\n")[1] === bucket) this.#documents.delete(id);
  }

  #get(id: string, request: SubresourceRequest): SubresourceAnswer {
    const document = this.#documents.get(id);
    if (document !== undefined) return { status: 200, body: document };
    if (request.name === "tagging" && request.key !== "")
      return { status: 200, body: `<Tagging ${xmlns}><TagSet/></Tagging>` };
    const answer = unset[request.name];
    if (answer === undefined) throw notEmulated(`S3 ?${request.name}`);
    if ("body" in answer) return { status: 200, body: answer.body };
    throw new AwsError(answer.code, answer.message, 404);
  }
}
