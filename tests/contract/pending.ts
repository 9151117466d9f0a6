// Rows that are not true of Holdfast yet, each with what is missing. The table can only shrink: a row in it that passes fails the run.

export const pending = new Map<string, string>();
