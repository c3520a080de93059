import { AwsError } from "#endpoint/core/errors.ts";

export const invalidParameter = (message: string) => new AwsError("InvalidParameterException", message);
export const invalidRequest = (message: string) => new AwsError("InvalidRequestException", message);
export const invalidNextToken = () => new AwsError("InvalidNextTokenException", "The NextToken value is invalid.");
export const notFound = (message = "Secrets Manager can't find the specified secret.") =>
  new AwsError("ResourceNotFoundException", message);

export const MARKED_FOR_DELETION = "You can't perform this operation on the secret because it was marked for deletion.";
