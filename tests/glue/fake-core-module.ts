// Stands in for the Emscripten module: asks for its instance in the same way, and shows what it was given.
import type { CoreModule } from 'holdfast-core';

type Options = Parameters<typeof import('holdfast-core').default>[0];

/** Every core that was created, in order. */
export const made: { instance: WebAssembly.Instance; seedHex: string }[] = [];

export default async function createCore({ wasm, instantiate }: Options): Promise<CoreModule> {
  const instance = await instantiate(wasm, { env: {} });
  return { create: (seedHex) => void made.push({ instance, seedHex }), handle: () => '{"effects":[]}' };
}
