export type ParameterType = "String" | "StringList" | "SecureString";
export type Tier = "Standard" | "Advanced";

export interface ParameterVersion {
  readonly version: number;
  readonly value: string;
  readonly type: ParameterType;
  readonly modifiedAt: Date;
  /** ARN of who wrote it. */
  readonly modifiedBy: string;
  readonly description?: string | undefined;
  readonly allowedPattern?: string | undefined;
  readonly keyId?: string | undefined;
  readonly tier: Tier;
  readonly dataType: string;
}

export interface Parameter {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly current: ParameterVersion;
  /** Oldest first. */
  readonly earlier: readonly ParameterVersion[];
}

export function versionsOf(parameter: Parameter): readonly ParameterVersion[] {
  return [...parameter.earlier, parameter.current];
}
