// Loaded before the package (node --import): every way to have an effect throws, and whatever is written to the global object shows.
// With HOLDFAST_BROWSER set there is also everything that a browser has, none of which may be touched but to ask for its type.

const called = [];
const forbid = (name) =>
  function () {
    called.push(name); // Also if the error is caught.
    throw new Error(`importing called ${name}`);
  };
const put = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: false, enumerable: false });

const functions = ['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'reportError'];
const constructors = ['WebSocket', 'EventSource', 'BroadcastChannel', 'MessageChannel', 'AbortController'];
if (process.env.HOLDFAST_BROWSER) {
  functions.push('addEventListener', 'dispatchEvent', 'requestAnimationFrame', 'requestIdleCallback', 'postMessage', 'open', 'alert');
  constructors.push(
    'RTCPeerConnection',
    'MediaStream',
    'MediaStreamTrack',
    'RTCRtpSender',
    'XMLHttpRequest',
    'Worker',
    'SharedWorker',
    'AudioContext',
  );
  const untouchable = (name, readable = {}) =>
    new Proxy(forbid(name), {
      get: (_, key) => (key in readable ? readable[key] : forbid(`${name}.${String(key)}`)()),
      set: (_, key) => forbid(`${name}.${String(key)} =`)(),
      defineProperty: (_, key) => forbid(`${name}.${String(key)} =`)(),
      deleteProperty: (_, key) => forbid(`delete ${name}.${String(key)}`)(),
    });
  put('window', globalThis);
  put('self', globalThis);
  put('document', untouchable('document', { currentScript: null, baseURI: 'https://app.example/' }));
  put('navigator', untouchable('navigator', { userAgent: 'test' }));
  put('location', untouchable('location', { href: 'https://app.example/' }));
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'history', 'screen']) put(name, untouchable(name));
}
for (const name of functions) put(name, forbid(name));
for (const name of constructors) put(name, forbid(`new ${name}`));
for (const name of ['getRandomValues', 'randomUUID']) Object.defineProperty(crypto, name, { value: forbid(`crypto.${name}`) });
for (const name of ['log', 'info', 'warn', 'error', 'debug']) put.call(null, 'console', { ...console, [name]: forbid(`console.${name}`) });
for (const name of ['compile', 'instantiate', 'compileStreaming', 'instantiateStreaming', 'Module', 'Instance', 'Memory', 'Table'])
  Object.defineProperty(WebAssembly, name, { value: forbid(`WebAssembly.${name}`) });
Math.random = forbid('Math.random');
Date.now = forbid('Date.now');
performance.now = forbid('performance.now');

const before = new Set(Reflect.ownKeys(globalThis));
process.on('exit', () => {
  if (called.length > 0) {
    process.stderr.write(`importing called ${called.join(', ')}\n`);
    process.exitCode = 1;
  }
  const added = Reflect.ownKeys(globalThis).filter((key) => !before.has(key));
  if (added.length > 0) {
    process.stderr.write(`importing wrote ${added.map(String).join(', ')}\n`);
    process.exitCode = 1;
  }
});
