export const handler = async ({ name }) => `Hello, ${name}`;
