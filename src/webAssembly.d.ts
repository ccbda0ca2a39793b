/** What src/engine/kernels/simd.ts needs of WebAssembly, which neither ECMAScript nor Node's types declare. */
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]: "WebAssembly.Module";
  }
  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  interface Memory {
    readonly buffer: SharedArrayBuffer;
    grow(pages: number): number;
  }
  const Module: new (bytes: Uint8Array<ArrayBuffer>) => Module;
  const Instance: new (
    module: Module,
    imports: Record<string, Record<string, unknown>>,
  ) => Instance;
  const Memory: new (descriptor: { initial: number; maximum: number; shared: boolean }) => Memory;
  function validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}
