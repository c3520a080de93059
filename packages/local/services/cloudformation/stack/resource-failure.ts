/** A creation that failed after the resource got an identity: the rollback deletes it under that id. */
export class ResourceFailure extends Error {
  readonly physicalId: string;

  constructor(message: string, physicalId: string) {
    super(message);
    this.name = "ResourceFailure";
    this.physicalId = physicalId;
  }
}
