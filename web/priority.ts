export type TrackPriority = 'low' | 'standard' | 'high';

const priorities: readonly unknown[] = ['low', 'standard', 'high'];

/** @internal */
export function checkPriority(priority: unknown): void {
  if (!priorities.includes(priority)) throw new RangeError(`priority must be one of ${priorities.join(', ')}`);
}
