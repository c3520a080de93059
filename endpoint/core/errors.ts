/** An error as an AWS API answers it: a code clients switch on, a message, an HTTP status. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

/** Input that does not fit an operation's schema; the message is AWS's. */
export class MalformedInput extends AwsError {
  /** The first member that does not fit, and why. */
  readonly member: string;
  readonly constraint: string;

  constructor(member: string, constraint: string, message: string) {
    super("ValidationException", message);
    this.member = member;
    this.constraint = constraint;
  }
}

/** What every AWS service answers for a malformed request. */
export function validationError(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** The answer for what this endpoint does not emulate: an error, never a silent success. */
export function notEmulated(what: string): AwsError {
  return new AwsError(
    "UnsupportedOperation",
    `${what} is not emulated by the local endpoint. It works on AWS; see endpoint/README.md for what is here.`,
    501,
  );
}
