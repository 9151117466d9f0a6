// Stands in for the Emscripten module: asks for its instance in the same way, and shows what it was given.
import type { CoreModule } from 'holdfast-core';

import type { CoreInstance } from '../../js-glue/boundary.js';

export interface FakeCoreInstance extends CoreInstance {
  instance: WebAssembly.Instance;
  seedHex: string;
}

type Options = Parameters<typeof import('holdfast-core').default>[0];

export default function createCore({ instantiateWasm }: Options): Promise<CoreModule> {
  return new Promise((resolve) => {
    instantiateWasm({ env: {} }, (instance) => {
      class HoldfastClient implements FakeCoreInstance {
        readonly instance = instance;
        constructor(readonly seedHex: string) {}
        handle = () => '{"effects":[]}';
        delete = () => undefined;
      }
      resolve({ HoldfastClient });
    });
  });
}
