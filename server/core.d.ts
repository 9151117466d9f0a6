// The room server's machine as Emscripten builds it (build/wasm/server.mjs).

declare module 'holdfast-server-core' {
  import type { RoomServerInstance } from '../js-glue/server-boundary.js';

  interface ServerCore {
    HoldfastRoomServer: new (configJson: string) => RoomServerInstance;
  }

  export default function createServerCore(module: { wasmBinary: Uint8Array }): Promise<ServerCore>;
}
