import { AwsError, validationError } from "#endpoint/core/errors.ts";
import { isExpression, matchesExpression } from "#endpoint/core/expression.ts";
import type { Place } from "#endpoint/core/ports.ts";
import { type Parameter, type ParameterType, type ParameterVersion, versionsOf } from "./parameter.ts";

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html; sizes in characters. */
const standardLimit = 4096;
const advancedLimit = 8192;
const versionLimit = 100;

export interface Write {
  readonly name: string;
  readonly value: string;
  readonly type?: ParameterType | undefined;
  readonly overwrite: boolean;
  readonly description?: string | undefined;
  readonly allowedPattern?: string | undefined;
  readonly keyId?: string | undefined;
  readonly tier?: "Standard" | "Advanced" | "Intelligent-Tiering" | undefined;
  readonly dataType?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly modifiedBy: string;
  readonly modifiedAt: Date;
}

/** The account's parameters, in memory, by name. */
export class Parameters {
  readonly #parameters = new Map<string, Parameter>();
  readonly #place: Pick<Place, "region" | "account">;

  constructor(place: Pick<Place, "region" | "account">) {
    this.#place = place;
  }

  arn(name: string): string {
    const path = name.startsWith("/") ? name : `/${name}`;
    return `arn:aws:ssm:${this.#place.region}:${this.#place.account}:parameter${path}`;
  }

  find(name: string): Parameter | undefined {
    return this.#parameters.get(name);
  }

  get(name: string): Parameter {
    const parameter = this.find(name);
    if (!parameter) throw new AwsError("ParameterNotFound", `Parameter ${name} not found.`);
    return parameter;
  }

  all(): readonly Parameter[] {
    return [...this.#parameters.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** `name`, `name:version`, or the parameter's ARN with or without a version. There are no labels. */
  resolve(reference: string): {
    readonly parameter: Parameter;
    readonly version: ParameterVersion;
    readonly selector: string;
  } {
    const path = /^arn:aws:ssm:[^:]*:\d{12}:parameter(\/.+)$/.exec(reference)?.[1] ?? reference;
    const [plain = "", selector = ""] = path.split(":");
    // The ARN of a name without a leading slash still shows one.
    const parameter = this.find(plain) ?? this.get(path === reference ? plain : plain.slice(1));
    if (selector === "") return { parameter, version: parameter.current, selector: "" };
    const version = versionsOf(parameter).find((it) => String(it.version) === selector);
    if (!version) {
      throw new AwsError(
        "ParameterVersionNotFound",
        `Systems Manager could not find version ${selector} of ${parameter.name}. Verify the version and try again.`,
      );
    }
    return { parameter, version, selector: `:${selector}` };
  }

  put(write: Write): ParameterVersion {
    const existing = this.find(write.name);
    if (existing && !write.overwrite) {
      throw new AwsError(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
      );
    }
    const version = nextVersion(write, existing);
    this.#parameters.set(write.name, {
      name: write.name,
      tags: existing?.tags ?? write.tags ?? {},
      current: version,
      earlier: existing ? versionsOf(existing).slice(1 - versionLimit) : [],
    });
    return version;
  }

  change(name: string, change: Partial<Parameter>): void {
    this.#parameters.set(name, { ...this.get(name), ...change });
  }

  delete(name: string): boolean {
    return this.#parameters.delete(name);
  }
}

function nextVersion(write: Write, existing: Parameter | undefined): ParameterVersion {
  const before = existing?.current;
  const type = write.type ?? before?.type;
  if (!type) throw validationError("A parameter type is required when you create a parameter.");
  const tier = tierOf(write, before);
  const pattern = write.allowedPattern;
  if (pattern !== undefined && !matchesPattern(pattern, write.value)) {
    throw new AwsError(
      "ParameterPatternMismatchException",
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
  }
  return {
    version: (before?.version ?? 0) + 1,
    value: write.value,
    type,
    tier,
    modifiedAt: write.modifiedAt,
    modifiedBy: write.modifiedBy,
    description: write.description ?? before?.description,
    allowedPattern: pattern,
    keyId: type === "SecureString" ? (write.keyId ?? "alias/aws/ssm") : undefined,
    dataType: write.dataType ?? before?.dataType ?? "text",
  };
}

function tierOf(write: Write, before: ParameterVersion | undefined): "Standard" | "Advanced" {
  const large = write.value.length > standardLimit;
  const tier =
    write.tier === "Intelligent-Tiering"
      ? large
        ? "Advanced"
        : "Standard"
      : (write.tier ?? before?.tier ?? "Standard");
  const limit = tier === "Standard" ? standardLimit : advancedLimit;
  if (write.value.length <= limit) return before?.tier === "Advanced" ? "Advanced" : tier;
  throw validationError(
    tier === "Standard"
      ? `Standard tier parameters support a maximum parameter value of ${limit} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-parameters-advanced-parameters.html`
      : `Advanced tier parameters support a maximum parameter value of ${limit} characters.`,
  );
}

function matchesPattern(pattern: string, value: string): boolean {
  if (isExpression(pattern)) return matchesExpression(pattern, value);
  throw new AwsError("InvalidAllowedPatternException", `${pattern} is not a regular expression.`);
}
