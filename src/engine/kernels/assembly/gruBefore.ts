/** The passes of the GRU with reset before the product; equations and names are in ../../cells/gruBefore.ts. */
import { flush4, sigmoid4, tanh4 } from "./activations";
import { load, store } from "./lanes";

// @ts-ignore: decorator
@inline
function gatesForward(gates: usize, width: usize, hBefore: usize, resetState: usize, four: bool): void {
  const r = sigmoid4(load(gates, four));
  store(gates, r, four);
  store(gates + width, sigmoid4(load(gates + width, four)), four);
  store(resetState, f32x4.mul(r, load(hBefore, four)), four);
}

/** gates (rows,3H); everything else (rows,H). */
export function gruBeforeGatesForward(gates: usize, hBefore: usize, resetState: usize, rows: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  const fours = <usize>(hidden & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) gatesForward(gates + k, width, hBefore + k, resetState + k, true);
    for (let k = fours; k < width; k += 4) gatesForward(gates + k, width, hBefore + k, resetState + k, false);
    gates += 3 * width;
    hBefore += width;
    resetState += width;
  }
}

// @ts-ignore: decorator
@inline
function candidateForward(gates: usize, width: usize, hBefore: usize, h: usize, four: bool): void {
  const z = load(gates + width, four);
  const n = tanh4(load(gates + 2 * width, four));
  store(gates + 2 * width, n, four);
  const fresh = f32x4.mul(f32x4.sub(f32x4.splat(1), z), n);
  store(h, f32x4.add(fresh, f32x4.mul(z, load(hBefore, four))), four);
}

export function gruBeforeCandidateForward(gates: usize, hBefore: usize, h: usize, rows: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  const fours = <usize>(hidden & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) candidateForward(gates + k, width, hBefore + k, h + k, true);
    for (let k = fours; k < width; k += 4) candidateForward(gates + k, width, hBefore + k, h + k, false);
    gates += 3 * width;
    hBefore += width;
    h += width;
  }
}

// @ts-ignore: decorator
@inline
function candidateBackward(gates: usize, gradients: usize, width: usize, hBefore: usize, dh: usize, four: bool): void {
  const one = f32x4.splat(1);
  const z = load(gates + width, four);
  const n = load(gates + 2 * width, four);
  const hGradient = load(dh, four);
  const zSlope = f32x4.mul(z, f32x4.sub(one, z));
  const nSlope = f32x4.sub(one, f32x4.mul(n, n));
  store(gradients + width, flush4(f32x4.mul(f32x4.mul(hGradient, f32x4.sub(load(hBefore, four), n)), zSlope)), four);
  store(gradients + 2 * width, flush4(f32x4.mul(f32x4.mul(hGradient, f32x4.sub(one, z)), nSlope)), four);
}

export function gruBeforeCandidateBackward(gates: usize, gradients: usize, hBefore: usize, dh: usize, rows: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  const fours = <usize>(hidden & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) candidateBackward(gates + k, gradients + k, width, hBefore + k, dh + k, true);
    for (let k = fours; k < width; k += 4) candidateBackward(gates + k, gradients + k, width, hBefore + k, dh + k, false);
    gates += 3 * width;
    gradients += 3 * width;
    hBefore += width;
    dh += width;
  }
}

// @ts-ignore: decorator
@inline
function gatesBackward(gates: usize, gradients: usize, width: usize, dResetState: usize, hBefore: usize, dhBefore: usize, dh: usize, four: bool): void {
  const r = load(gates, four);
  const z = load(gates + width, four);
  const d = load(dResetState, four);
  const rSlope = f32x4.mul(r, f32x4.sub(f32x4.splat(1), r));
  store(gradients, flush4(f32x4.mul(f32x4.mul(d, load(hBefore, four)), rSlope)), four);
  const through = f32x4.add(f32x4.mul(d, r), f32x4.mul(load(dh, four), z));
  store(dhBefore, f32x4.add(load(dhBefore, four), through), four);
}

export function gruBeforeGatesBackward(gates: usize, gradients: usize, dResetState: usize, hBefore: usize, dhBefore: usize, dh: usize, rows: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  const fours = <usize>(hidden & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) {
      gatesBackward(gates + k, gradients + k, width, dResetState + k, hBefore + k, dhBefore + k, dh + k, true);
    }
    for (let k = fours; k < width; k += 4) {
      gatesBackward(gates + k, gradients + k, width, dResetState + k, hBefore + k, dhBefore + k, dh + k, false);
    }
    gates += 3 * width;
    gradients += 3 * width;
    dResetState += width;
    hBefore += width;
    dhBefore += width;
    dh += width;
  }
}
