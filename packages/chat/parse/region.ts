/**
 * Regions by the place that their names for people have in them: "US West (Oregon)" was once "US West - Oregon".
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
 */
const places: readonly (readonly [RegExp, string])[] = [
  [/GovCloud.*West/, "us-gov-west-1"],
  [/GovCloud.*East/, "us-gov-east-1"],
  [/Virginia/, "us-east-1"],
  [/Ohio/, "us-east-2"],
  [/California/, "us-west-1"],
  [/Oregon/, "us-west-2"],
  [/Canada.*Calgary/, "ca-west-1"],
  [/Canada/, "ca-central-1"],
  [/Mexico/, "mx-central-1"],
  [/S[aã]o Paulo/, "sa-east-1"],
  [/Ireland/, "eu-west-1"],
  [/London/, "eu-west-2"],
  [/Paris/, "eu-west-3"],
  [/Frankfurt/, "eu-central-1"],
  [/Zurich/, "eu-central-2"],
  [/Stockholm/, "eu-north-1"],
  [/Milan/, "eu-south-1"],
  [/Spain/, "eu-south-2"],
  [/Cape Town/, "af-south-1"],
  [/Bahrain/, "me-south-1"],
  [/UAE/, "me-central-1"],
  [/Tel Aviv/, "il-central-1"],
  [/Mumbai/, "ap-south-1"],
  [/Hyderabad/, "ap-south-2"],
  [/Hong Kong/, "ap-east-1"],
  [/Tokyo/, "ap-northeast-1"],
  [/Seoul/, "ap-northeast-2"],
  [/Osaka/, "ap-northeast-3"],
  [/Singapore/, "ap-southeast-1"],
  [/Sydney/, "ap-southeast-2"],
  [/Jakarta/, "ap-southeast-3"],
  [/Melbourne/, "ap-southeast-4"],
  [/Malaysia/, "ap-southeast-5"],
  [/Beijing/, "cn-north-1"],
  [/Ningxia/, "cn-northwest-1"],
];

/** The region that a name for people means. */
export function regionOfTitle(title: string): string | undefined {
  return places.find(([place]) => place.test(title.slice(0, 100)))?.[1];
}
