// `holdfast-core` is the client module that CMake builds (build/wasm/client.mjs); the bundler resolves the name to that file. It looks
// for no .wasm: load.ts hands in the compiled module, and the way to make an instance of it.

declare module 'holdfast-core' {
  /** An instance of the module is one client: made once, then handed its inputs. */
  export interface CoreModule {
    create(seedHex: string): void;
    handle(now: number, inputJson: string): string;
  }

  /** Waits for ever if `instantiate` does. */
  export default function createCore(options: {
    wasm: WebAssembly.Module;
    instantiate(wasm: WebAssembly.Module, imports: WebAssembly.Imports): Promise<WebAssembly.Instance>;
  }): Promise<CoreModule>;
}
