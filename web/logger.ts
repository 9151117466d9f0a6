// How much of what Holdfast does it says on the console.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'off';

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'off'];

/** @internal Throws RangeError for what is not a level. Of levels per component, as twilio-video.js has them, `default` counts. */
export function createLogger(
  option: LogLevel | { default?: LogLevel } = 'warn',
): (level: Exclude<LogLevel, 'off'>, message: string) => void {
  const level = typeof option === 'string' ? option : (option.default ?? 'warn');
  const threshold = levels.indexOf(level);
  if (threshold < 0) throw new RangeError(`level must be one of ${levels.join(', ')}`);
  return (severity, message) => {
    if (levels.indexOf(severity) >= threshold) console[severity](`holdfast: ${message}`);
  };
}
