/**
 * What bundles take in place of parts of the AWS SDK that serve other places than Lambda: a third of a bundle, and
 * compiled at each cold start. Files from the project's root, as esbuild's `alias` takes them.
 */
export const leanSdk = {
  "@aws-sdk/credential-provider-node": "./packages/lambda/bundle/credentials.ts",
  bowser: "./packages/lambda/bundle/bowser.ts",
  "node:http": "./packages/lambda/bundle/http.ts",
};
