/**
 * Takes the place of `@aws-sdk/credential-provider-node` in the functions' bundles. Lambda puts the role's credentials
 * into the environment, so the chain of files, SSO and web identities would be dead weight at each cold start: half of
 * a client's code. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = process.env;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error("The environment has no credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
  }
  return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }) };
};
