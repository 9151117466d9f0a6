// What the client's module has in the place of Emscripten's own JavaScript, of which a page would load 3.5 kB (docs/adr/0017).
//
// The client binds functions of doubles and UTF-8 strings, and this is all that Embind has to do for them. A function of another type fails
// at its first call, in every test. The types: src/bindings/embind_types.cpp.
mergeInto(LibraryManager.library, {
  $asm: '=undefined', // MINIMAL_RUNTIME with Embind sets it without declaring it
  $WebAssembly: '=Module', // instantiates by the caller's function: the runtime's own lets failures go unseen
  $boundTypes: {},
  _embind_register_void__deps: ['$boundTypes'],
  _embind_register_void: function (type) {
    boundTypes[type] = { read: () => undefined };
  },
  _embind_register_float__deps: ['$boundTypes'],
  _embind_register_float: function (type) {
    boundTypes[type] = { write: (value) => value, read: (value) => value, free: () => undefined };
  },
  _embind_register_std_string__deps: ['$boundTypes'],
  _embind_register_std_string: function (type) {
    boundTypes[type] = {
      write: (text) => {
        const bytes = new TextEncoder().encode(text);
        const at = _malloc(4 + bytes.length);
        HEAPU32[at >> 2] = bytes.length;
        HEAPU8.set(bytes, at + 4);
        return at;
      },
      read: (at) => {
        const text = UTF8Decoder.decode(HEAPU8.subarray(at + 4, at + 4 + HEAPU32[at >> 2]));
        _free(at);
        return text;
      },
      free: (at) => _free(at),
    };
  },
  _embind_register_function__deps: ['$boundTypes', '$asm', '$WebAssembly'],
  _embind_register_function: function (name, count, typesAt, signature, invoker, target) {
    const types = HEAPU32.slice(typesAt >> 2, (typesAt >> 2) + count);
    Module[UTF8ToString(name)] = (...args) => {
      const written = args.map((arg, i) => boundTypes[types[i + 1]].write(arg));
      const result = wasmTable.get(invoker)(target, ...written);
      written.forEach((value, i) => boundTypes[types[i + 1]].free(value));
      return boundTypes[types[0]].read(result);
    };
  },
  abort: function () {
    throw new Error('the core gave up');
  },
  emscripten_resize_heap__deps: [],
  emscripten_resize_heap: function (size) {
    try {
      wasmMemory.grow((size - HEAPU8.length + 65535) >>> 16);
      updateGlobalBufferAndViews(wasmMemory.buffer);
      return 1;
    } catch {
      return 0;
    }
  },
});
