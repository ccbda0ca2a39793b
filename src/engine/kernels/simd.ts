/**
 * The kernels that train: AssemblyScript compiled to WebAssembly with 128-bit vectors, float32. Each
 * agrees with `reference.ts`; what is not worth a vector loop is taken from there.
 *
 * All buffers live in one WebAssembly memory (simdMemory.ts), so that an element's address is its array's
 * byteOffset plus four bytes per place.
 */
import type { Kernels, PackedWeight } from "./kernels.ts";
import { addressOf as at, cellPasses, type CellExports } from "./simdCells.ts";
import { lstmVariantPasses, rowNormPasses, type VariantExports } from "./simdVariants.ts";
import { referenceKernels } from "./reference.ts";
import {
  compileSimd,
  firstAllocator,
  growingAllocator,
  placingAllocator,
  type AllocateAddress,
  type SimdProgram,
} from "./simdMemory.ts";

/** What assembly/index.ts exports. Pointers are in bytes, strides and counts in floats. */
interface Exports extends CellExports, VariantExports {
  readonly fused: { readonly value: number };
  preferTallTiles(): void;
  packedLength(outputs: number, inputs: number): number;
  pack(packed: number, weight: number, outputs: number, inputs: number): void;
  packTransposed(
    packed: number,
    weight: number,
    outputs: number,
    inputs: number,
    stride: number,
  ): void;
  multiplyScratchLength(): number;
  multiply(
    out: number,
    outStride: number,
    x: number,
    xStride: number,
    packed: number,
    rows: number,
    outputs: number,
    inputs: number,
    accumulate: number,
    scratch: number,
  ): void;
  outerScratchLength(leftColumns: number, rightColumns: number): number;
  accumulateOuter(
    out: number,
    left: number,
    leftStride: number,
    leftColumns: number,
    right: number,
    rightStride: number,
    rightColumns: number,
    rows: number,
    scratch: number,
  ): void;
  addScaled(out: number, x: number, factor: number, count: number, accumulate: number): void;
  largest(x: number, count: number): number;
  exponentials(out: number, x: number, count: number, shift: number): number;
  gatherColumns(...pointersAndSizes: number[]): void;
  scatterColumns(...pointersAndSizes: number[]): void;
  sumOfSquares(x: number, count: number): number;
  adam(...pointersAndConstants: number[]): void;
  fillRows(out: number, vector: number, rows: number, columns: number): void;
  accumulateColumnSums(out: number, source: number, rows: number, columns: number): void;
  accumulateColumnProducts(
    out: number,
    columns: number,
    left: number,
    leftStride: number,
    right: number,
    rightStride: number,
    rows: number,
  ): void;
  gatherRuns(out: number, source: number, stride: number, width: number, count: number): void;
}

/** Rows for which a weight is worth turning round before its columns are looked up. */
const fewestTurned = 64;

/**
 * Kernels in a memory of their own, or undefined where the machine's WebAssembly lacks SIMD or shared memory. `bytes` is
 * the compiled module; `wide` says that V8 compiles it with 256-bit vectors.
 */
export function simdKernels(bytes: Uint8Array<ArrayBuffer>, wide = false): Kernels | undefined {
  const program = compileSimd(bytes, wide);
  if (!program) return undefined;
  const allocate = firstAllocator(program.memory);
  return createKernels(program, allocate, allocate);
}

/** Kernels in a memory in which others compute already, that begin with buffers at known `places`. */
export function simdKernelsAt(program: SimdProgram, places: number[]): Kernels {
  const { memory } = program;
  // Scratch is never shared: every thread writes its own at the same time.
  return createKernels(program, placingAllocator(memory, places), growingAllocator(memory));
}

function createKernels(
  program: SimdProgram,
  allocateAddress: AllocateAddress,
  allocateScratch: AllocateAddress,
): Kernels {
  const { module, memory, wide } = program;
  const wasm = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  if (wide) wasm.preferTallTiles();
  const allocate = (length: number): Float32Array => {
    const address = allocateAddress(length);
    return new Float32Array(memory.buffer, address, length);
  };
  const plain = referenceKernels("float32");
  const productScratch = allocateScratch(wasm.multiplyScratchLength());
  let scratch = { address: 0, length: 0 };

  /** Space for what one call at a time packs or turns round: as large as the largest so far. */
  const scratchOf = (length: number): number => {
    if (scratch.length < length) scratch = { address: allocateScratch(length), length };
    return scratch.address;
  };

  return {
    ...plain,
    name: "simd",
    wide,
    // A global of WebAssembly says it as a number.
    fused: wasm.fused.value === 1,
    sharing: { program, kernelsAt: (places) => simdKernelsAt(program, places) },
    precision: "float32",
    allocate,
    allocateIntegers: (length) => {
      const address = allocateAddress(length);
      return new Int32Array(memory.buffer, address, length);
    },
    allocatePacked: (outputs, inputs): PackedWeight => ({
      data: allocate(wasm.packedLength(outputs, inputs)),
      outputs,
      inputs,
    }),
    pack({ data, outputs, inputs }, weight, offset) {
      wasm.pack(at(data, 0), at(weight, offset), outputs, inputs);
    },
    packTransposed({ data, outputs, inputs }, weight, offset) {
      wasm.packTransposed(at(data, 0), at(weight, offset), outputs, inputs, outputs);
    },
    multiply(out, outOffset, outStride, x, xOffset, xStride, weight, rows, accumulate) {
      wasm.multiply(
        at(out, outOffset),
        outStride,
        at(x, xOffset),
        xStride,
        at(weight.data, 0),
        rows,
        weight.outputs,
        weight.inputs,
        accumulate ? 1 : 0,
        productScratch,
      );
    },
    accumulateOuter(
      out,
      outOffset,
      left,
      leftOffset,
      leftStride,
      leftColumns,
      right,
      rightOffset,
      rightStride,
      rightColumns,
      rows,
    ) {
      wasm.accumulateOuter(
        at(out, outOffset),
        at(left, leftOffset),
        leftStride,
        leftColumns,
        at(right, rightOffset),
        rightStride,
        rightColumns,
        rows,
        scratchOf(wasm.outerScratchLength(leftColumns, rightColumns)),
      );
    },
    fillRows(out, vector, rows) {
      wasm.fillRows(at(out, 0), at(vector, 0), rows, vector.length);
    },
    accumulateColumnSums(out, source, row, rows) {
      wasm.accumulateColumnSums(at(out, 0), at(source, row * out.length), rows, out.length);
    },
    accumulateColumnProducts(
      out,
      outOffset,
      columns,
      left,
      leftOffset,
      leftStride,
      right,
      rightOffset,
      rightStride,
      rows,
    ) {
      wasm.accumulateColumnProducts(
        at(out, outOffset),
        columns,
        at(left, leftOffset),
        leftStride,
        at(right, rightOffset),
        rightStride,
        rows,
      );
    },
    gatherRuns(out, outOffset, source, sourceOffset, stride, width, count) {
      wasm.gatherRuns(at(out, outOffset), at(source, sourceOffset), stride, width, count);
    },
    addScaled(out, x, factor, from, to, accumulate) {
      wasm.addScaled(at(out, from), at(x, from), factor, to - from, accumulate ? 1 : 0);
    },
    largest: (x, from, to) => wasm.largest(at(x, from), to - from),
    exponentials: (out, x, from, to, shift) =>
      wasm.exponentials(at(out, from), at(x, from), to - from, shift),
    gatherColumns(out, weight, index, rows, outputs, inputs) {
      if (rows < fewestTurned) {
        return plain.gatherColumns(out, weight, index, rows, outputs, inputs);
      }
      const scratch = scratchOf(outputs * inputs);
      const pointers = [at(out, 0), at(weight, 0), index.byteOffset];
      wasm.gatherColumns(...pointers, rows, outputs, inputs, scratch);
    },
    scatterColumns(weightGradient, gradient, index, rows, outputs, inputs) {
      if (rows < fewestTurned) {
        return plain.scatterColumns(weightGradient, gradient, index, rows, outputs, inputs);
      }
      const scratch = scratchOf(outputs * inputs);
      const pointers = [at(weightGradient, 0), at(gradient, 0), index.byteOffset];
      wasm.scatterColumns(...pointers, rows, outputs, inputs, scratch);
    },
    sumOfSquares: (x, from, to) => wasm.sumOfSquares(at(x, from), to - from),
    adam({ value, gradient, mean, meanSquare }, constants, from, to) {
      wasm.adam(
        at(value, from),
        at(gradient, from),
        at(mean, from),
        at(meanSquare, from),
        to - from,
        constants.coupledDecay,
        1 - constants.beta1,
        constants.beta2,
        1 - constants.beta2,
        constants.kept,
        constants.stepSize,
        constants.correction,
        constants.epsilon,
      );
    },
    cells: cellPasses(wasm),
    lstmVariant: lstmVariantPasses(wasm),
    rowNorm: rowNormPasses(wasm),
  };
}
