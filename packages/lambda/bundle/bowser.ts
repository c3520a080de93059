/** Takes the place of `bowser`, which the SDK uses to detect web browsers. */
export default {};
export const parse = () => ({});
