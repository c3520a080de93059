/** Takes the place of `bowser`, which the SDK brings to tell one web browser from another. */
export default {};
export const parse = () => ({});
