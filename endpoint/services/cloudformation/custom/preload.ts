/** To preload into Node functions (`node --import`), so that the answers of CDK's and SST's custom resources arrive. */
export const customResourcePreload = new URL("./response-redirect.mjs", import.meta.url);
