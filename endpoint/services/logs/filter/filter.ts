/** Whether a message matches a filter pattern. */
export type Filter = (message: string) => boolean;
