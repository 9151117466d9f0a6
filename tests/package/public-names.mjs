// What the declarations of a package promise: its exports, their properties and methods, their events with the names of the arguments.
import { join } from 'node:path';

import ts from 'typescript';

import { root } from './packed.mjs';

/** Of these every object has the members; they are told once. */
const common = ['EventEmitter', 'PublicObject'];

/**
 * `ours` and `official`: each name that is exported, with
 *   isValue    whether it is there at run time, as far as the declarations go
 *   isType     whether it is a type
 *   isClass    whether it is a class
 *   all        names of properties and methods, also of inherited ones
 *   members    the same without those of EventEmitter and of the platform
 *   events     from name to the names of the arguments; of the official client's only the names are known
 */
export function publicNames() {
  const files = {
    ours: join(root, 'dist/types/web/index.d.ts'),
    official: join(root, 'node_modules/twilio-video/tsdef/index.d.ts'),
  };
  const program = ts.createProgram(Object.values(files), {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  });
  const checker = program.getTypeChecker();

  const read = (file, eventsOf) =>
    new Map(checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file))).map((each) => describe(each, eventsOf)));
  const describe = (exported, eventsOf) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const has = (flag) => Boolean(symbol.flags & flag);
    const type = has(ts.SymbolFlags.Type) ? checker.getDeclaredTypeOfSymbol(symbol) : checker.getTypeOfSymbol(symbol);
    const isCommon = common.includes(exported.name);
    const isText = Boolean(type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike)) || type.types?.[0].isStringLiteral();
    const properties = isText ? [] : checker.getPropertiesOfType(type).filter(({ name }) => !/^(__|#|prototype$)/.test(name));
    const names = (symbols) => symbols.map(({ name }) => name);
    return [
      exported.name,
      {
        isValue: has(ts.SymbolFlags.Value) && !exported.declarations.some(ts.isTypeOnlyImportOrExportDeclaration),
        isType: has(ts.SymbolFlags.Type),
        isClass: has(ts.SymbolFlags.Class),
        all: names(properties),
        members: isCommon ? names(properties) : names(properties.filter(isOwn)).filter((name) => name !== 'on'),
        events: eventsOf(properties.find(({ name }) => name === 'on')),
      },
    ];
  };
  const isOwn = ({ declarations: [declaration] = [] }) =>
    !declaration ||
    (/\/(dist\/types|tsdef)\//.test(declaration.getSourceFile().fileName) && !common.includes(declaration.parent.name?.text));

  /** on<K extends keyof Events>(event: K, listener: (...args: Events[K]) => void) */
  const ourEvents = (on) => {
    const [typed] = on ? checker.getTypeOfSymbol(on).getCallSignatures() : [];
    const [listener] = typed ? checker.getTypeOfSymbol(typed.parameters[1]).getCallSignatures() : [];
    let { objectType: events } = listener ? checker.getTypeOfSymbol(listener.parameters[0]) : {};
    if (events?.isTypeParameter()) events = checker.getDefaultFromTypeParameter(events);
    const labels = (event) => (checker.getTypeOfSymbol(event).target.labeledElementDeclarations ?? []).map(({ name }) => name.text);
    return new Map((events?.getProperties() ?? []).map((event) => [event.name, labels(event)]));
  };
  /** on(event: 'this', …): this; on(event: 'that', …): this */
  const theirEvents = (on) =>
    new Map((on?.declarations ?? []).flatMap(({ parameters: [event] }) => (event?.type?.literal ? [[event.type.literal.text]] : [])));

  return { ours: read(files.ours, ourEvents), official: read(files.official, theirEvents) };
}
