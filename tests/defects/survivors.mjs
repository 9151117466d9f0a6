// Mutations of table rows that the simulator cannot tell from the real thing, each with the reason.
export const survivors = {};
