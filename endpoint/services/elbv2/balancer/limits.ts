/** 64 K, the real balancer's limit for all request headers together. */
export const maxHeaderSize = 64 * 1024;
