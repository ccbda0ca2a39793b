/**
 * Compiles the SIMD kernels from AssemblyScript to WebAssembly, once as every machine knows it and once with fused
 * multiplications and additions, and gives the bytes to whoever imports `unroll:simd`: the bundles through esbuild, the tests through vite.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { main } from "assemblyscript/asc";

const folder = import.meta.dirname;
const specifier = "unroll:simd";

/** Pages of 64 KB that the memory may grow to: 4 GB, what WebAssembly can address. */
const maximumPages = 65536;

/** @type {Map<boolean, Promise<Uint8Array>>} */
const compiled = new Map();

/**
 * `fused` allows the compiler relaxed SIMD: multiplications and additions in one (multiplyAdd.ts).
 *
 * @returns {Promise<Uint8Array>}
 */
export function compileKernels(fused = false) {
  const bytes = compiled.get(fused) ?? compile(fused);
  compiled.set(fused, bytes);
  return bytes;
}

/** @param {boolean} fused */
async function compile(fused) {
  const sources = Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith(".ts"))
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
  /** @type {Uint8Array | undefined} */
  let bytes;
  /** @type {string[]} */
  const diagnostics = [];
  const { error } = await main(
    [
      "index.ts",
      "--outFile=kernels.wasm",
      // -O3 unrolls loops, and V8 then spills registers: a quarter of the speed is lost.
      "-O2",
      "--noAssert",
      "--runtime=stub",
      `--enable=simd,threads${fused ? ",relaxed-simd" : ""}`,
      "--importMemory",
      // A shared memory keeps its views when it grows, and serves several threads.
      "--sharedMemory",
      "--initialMemory=1",
      `--maximumMemory=${maximumPages}`,
    ],
    {
      readFile: (name) => sources[name.replace(/^\.\//, "")] ?? null,
      writeFile: (name, contents) => {
        if (name.endsWith(".wasm") && typeof contents !== "string") bytes = contents;
      },
      listFiles: () => [],
      stderr: { write: (text) => void diagnostics.push(String(text)) },
    },
  );
  if (error || !bytes)
    throw new Error(`The SIMD kernels do not compile.\n${diagnostics.join("")}`, { cause: error });
  return bytes;
}

/** @param {boolean} fused */
const textOf = async (fused) =>
  JSON.stringify(Buffer.from(await compileKernels(fused)).toString("base64"));

/** Decoded by Node itself: character by character would take six milliseconds of every start. */
const moduleText = async () =>
  `const bytesOf = (text) => new Uint8Array(Buffer.from(text, "base64"));
   export const simdBytes = bytesOf(${await textOf(false)});
   export const fusedBytes = bytesOf(${await textOf(true)});`;

/** @type {import("esbuild").Plugin} */
export const simdForEsbuild = {
  name: specifier,
  setup(build) {
    build.onResolve({ filter: /^unroll:simd$/ }, ({ path }) => ({ path, namespace: "simd" }));
    build.onLoad({ filter: /.*/, namespace: "simd" }, async () => ({
      contents: await moduleText(),
      loader: "js",
    }));
  },
};

export const simdForVite = {
  name: specifier,
  /** @param {string} id */
  resolveId: (id) => (id === specifier ? `\0${specifier}` : undefined),
  /** @param {string} id */
  load: async (id) => (id === `\0${specifier}` ? await moduleText() : undefined),
};
