// What Holdfast says of itself, through loglevel: an app sets levels and plugs in where lines go, by the name of the logger.

/*! Contains loglevel, (c) 2013 Tim Perry, MIT license */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'off';
/** By component. A level that is missing is 'warn'. */
export interface LogLevels {
  default?: LogLevel;
  media?: LogLevel;
  signaling?: LogLevel;
  webrtc?: LogLevel;
}

export interface LogOptions {
  /** Default: 'warn'. What `Logger` has stored for the logger's name comes first. */
  logLevel?: LogLevel | LogLevels;
  /**
   * Of the `Logger` that is used. Default: 'twilio-video'. If the components have different levels, each has its own,
   * '<name>-signaling' and so on.
   */
  loggerName?: string;
}

type Severity = 'trace' | 'debug' | 'info' | 'warn' | 'error';
type SettableLevel = Severity | 'silent' | Uppercase<Severity> | 'SILENT' | 0 | 1 | 2 | 3 | 4 | 5;
type LoggingMethod = (...message: unknown[]) => void;

/** See https://github.com/pimterry/loglevel. */
export interface LoglevelLogger extends Record<Severity | 'log', LoggingMethod> {
  readonly levels: { TRACE: 0; DEBUG: 1; INFO: 2; WARN: 3; ERROR: 4; SILENT: 5 };
  /** Makes the function behind each severity. Holdfast hands it an ISO time, the level, what speaks, the message, and data. */
  methodFactory: (methodName: Severity, level: 0 | 1 | 2 | 3 | 4 | 5, loggerName: string | symbol) => LoggingMethod;
  getLevel(): 0 | 1 | 2 | 3 | 4 | 5;
  /** Stored in localStorage, unless `persist` is false. */
  setLevel(level: SettableLevel, persist?: boolean): void;
  setDefaultLevel(level: SettableLevel): void;
  resetLevel(): void;
  enableAll(persist?: boolean): void;
  disableAll(persist?: boolean): void;
  rebuild(): void;
}

export interface LoglevelRoot extends LoglevelLogger {
  getLogger(name: string | symbol): LoglevelLogger;
  getLoggers(): Record<string, LoglevelLogger>;
  noConflict(): LoglevelRoot;
}

// The bundler's: runs the module when it is first called.
declare function require(name: 'loglevel'): LoglevelRoot;

/** The root of loglevel, which is first run, and first looks into localStorage, when this is first used. */
export const Logger = /* @__PURE__ */ new Proxy(
  {},
  /* @__PURE__ */ new Proxy(
    {},
    {
      get:
        (_, trap: keyof typeof Reflect) =>
        (_target: object, ...args: unknown[]) =>
          (Reflect[trap] as (...args: unknown[]) => unknown)(require('loglevel'), ...args),
    },
  ),
) as LoglevelRoot;

const levels: readonly unknown[] = ['debug', 'info', 'warn', 'error', 'off'];

/** @internal */
export type Component = keyof LogLevels;

/** @internal Tells whether lines of this severity are wanted. */
export type Log = (severity: Exclude<LogLevel, 'off'>, message: string, ...data: unknown[]) => boolean;

const components: readonly Component[] = ['default', 'media', 'signaling', 'webrtc'];

/** @internal `speaker`: what it is that speaks. Throws RangeError for what is not a level. */
export function createLog({ logLevel = 'warn', loggerName }: LogOptions, speaker: string): (component: Component) => Log {
  const levelOf = (component: Component) => (typeof logLevel === 'string' ? logLevel : (logLevel[component] ?? 'warn'));
  const wanted = components.map(levelOf);
  if (!wanted.every((level) => levels.includes(level))) throw new RangeError(`level must be one of ${levels.join(', ')}`);
  const isOne = new Set(wanted).size === 1;
  const name = loggerName || 'twilio-video';
  return (component) =>
    (severity, message, ...data) => {
      const logger = Logger.getLogger(isOne ? name : `${name}-${component}`);
      const level = levelOf(component);
      logger.setDefaultLevel(level === 'off' ? 'silent' : level);
      logger[severity](new Date().toISOString(), severity, speaker, message, ...data);
      return logger.getLevel() <= levels.indexOf(severity) + 1;
    };
}
