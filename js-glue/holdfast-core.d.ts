// `holdfast-core` is the client module that CMake builds (build/wasm/client.mjs); the bundler resolves the name to that file. Its own
// way of finding its .wasm is never used: load.ts hands in the instance.

declare module 'holdfast-core' {
  /** An instance of the module is one client: made once, then handed its inputs. */
  export interface CoreModule {
    create(seedHex: string): void;
    handle(now: number, inputJson: string): string;
  }

  export default function createCore(options: {
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void): object;
  }): Promise<CoreModule>;
}
