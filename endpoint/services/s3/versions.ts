/**
 * `ListObjectVersions` of an unversioned bucket: each object is its own only version, `null`.
 * Made from the answer to `ListObjects`, whose markers carry over.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
export function versionsFromObjects(listing: string): string {
  return listing
    .replaceAll("ListBucketResult", "ListVersionsResult")
    .replaceAll("<Contents>", "<Version><VersionId>null</VersionId><IsLatest>true</IsLatest>")
    .replaceAll("</Contents>", "</Version>")
    .replace(/<Marker>(.*)<\/Marker>/, "<KeyMarker>$1</KeyMarker><VersionIdMarker/>")
    .replace(
      /<NextMarker>(.*)<\/NextMarker>/,
      "<NextKeyMarker>$1</NextKeyMarker><NextVersionIdMarker>null</NextVersionIdMarker>",
    );
}
