// Classes of twilio-video.js's typings that are several classes here, or the objects of one whose media are of one kind: for `instanceof`.

/** Nothing to construct or to extend: Holdfast hands its objects out. */
export type Kind<T> = abstract new (none: never) => T;

/** @internal */
export function kindOf<T extends { kind: string }>(
  classes: (abstract new (...args: never) => { kind: string })[],
  kind?: T['kind'],
): Kind<T> {
  return {
    [Symbol.hasInstance]: (object: T) => classes.some((one) => object instanceof one) && (!kind || object.kind === kind),
  } as unknown as Kind<T>;
}
