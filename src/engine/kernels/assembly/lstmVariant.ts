/** The passes of the LSTM with peepholes or layer normalization; equations and names are in ../../cells/lstmVariant.ts. */
import { flush4, sigmoid4, tanh4 } from "./activations";
import { load, store } from "./lanes";

/** What a gate's sum is with what it sees of the cell state. */
// @ts-ignore: decorator
@inline
function seeing(sum: usize, peephole: usize, cell: v128, four: bool): v128 {
  return f32x4.add(load(sum, four), f32x4.mul(load(peephole, four), cell));
}

// @ts-ignore: decorator
@inline
function stateForward(gates: usize, width: usize, peepholes: usize, cBefore: usize, c: usize, four: bool): void {
  const before = load(cBefore, four);
  const i = sigmoid4(seeing(gates, peepholes, before, four));
  const f = sigmoid4(seeing(gates + width, peepholes + width, before, four));
  const g = tanh4(load(gates + 2 * width, four));
  store(gates, i, four);
  store(gates + width, f, four);
  store(gates + 2 * width, g, four);
  store(c, f32x4.add(f32x4.mul(f, before), f32x4.mul(i, g)), four);
}

/** Pointers are to the first of `rows` rows: gates (rows,4H), cBefore and c (rows,H); peepholes (3,H). */
export function lstmStateForward(gates: usize, peepholes: usize, cBefore: usize, c: usize, rows: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  const fours = <usize>(hidden & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) stateForward(gates + k, width, peepholes + k, cBefore + k, c + k, true);
    for (let k = fours; k < width; k += 4) stateForward(gates + k, width, peepholes + k, cBefore + k, c + k, false);
    gates += 4 * width;
    cBefore += width;
    c += width;
  }
}

// @ts-ignore: decorator
@inline
function outputForward(gate: usize, peephole: usize, c: usize, y: usize, beta: usize, h: usize, tanhC: usize, four: bool): void {
  const o = sigmoid4(seeing(gate, peephole, load(c, four), four));
  const squashed = tanh4(f32x4.add(load(y, four), load(beta, four)));
  store(gate, o, four);
  store(tanhC, squashed, four);
  store(h, f32x4.mul(o, squashed), four);
}

/** c, y, h, tanhC (rows,H); beta (H). */
export function lstmOutputForward(gates: usize, peepholes: usize, c: usize, y: usize, beta: usize, h: usize, tanhC: usize, rows: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  const fours = <usize>(hidden & ~3) << 2;
  const peephole = peepholes + 2 * width;
  let gate = gates + 3 * width;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) outputForward(gate + k, peephole + k, c + k, y + k, beta + k, h + k, tanhC + k, true);
    for (let k = fours; k < width; k += 4) outputForward(gate + k, peephole + k, c + k, y + k, beta + k, h + k, tanhC + k, false);
    gate += 4 * width;
    c += width;
    y += width;
    h += width;
    tanhC += width;
  }
}

// @ts-ignore: decorator
@inline
function outputBackward(gate: usize, gradient: usize, peephole: usize, dc: usize, dh: usize, dy: usize, tanhC: usize, four: bool): void {
  const one = f32x4.splat(1);
  const o = load(gate, four);
  const squashed = load(tanhC, four);
  const hGradient = load(dh, four);
  const oSlope = f32x4.mul(o, f32x4.sub(one, o));
  const oSum = flush4(f32x4.mul(f32x4.mul(hGradient, squashed), oSlope));
  const slope = f32x4.sub(one, f32x4.mul(squashed, squashed));
  store(gradient, oSum, four);
  store(dc, f32x4.add(load(dc, four), f32x4.mul(load(peephole, four), oSum)), four);
  store(dy, flush4(f32x4.mul(f32x4.mul(hGradient, o), slope)), four);
}

/** gradients (rows,4H); dc, dh, dy (rows,H). */
export function lstmOutputBackward(gates: usize, gradients: usize, peepholes: usize, dc: usize, dh: usize, dy: usize, tanhC: usize, rows: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  const fours = <usize>(hidden & ~3) << 2;
  const peephole = peepholes + 2 * width;
  let gate = gates + 3 * width;
  let gradient = gradients + 3 * width;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) outputBackward(gate + k, gradient + k, peephole + k, dc + k, dh + k, dy + k, tanhC + k, true);
    for (let k = fours; k < width; k += 4) outputBackward(gate + k, gradient + k, peephole + k, dc + k, dh + k, dy + k, tanhC + k, false);
    gate += 4 * width;
    gradient += 4 * width;
    dc += width;
    dh += width;
    dy += width;
    tanhC += width;
  }
}

// @ts-ignore: decorator
@inline
function stateBackward(gates: usize, gradients: usize, width: usize, peepholes: usize, cBefore: usize, dcBefore: usize, dc: usize, throughY: usize, four: bool): void {
  const one = f32x4.splat(1);
  const i = load(gates, four);
  const f = load(gates + width, four);
  const g = load(gates + 2 * width, four);
  const cGradient = flush4(f32x4.add(load(dc, four), load(throughY, four)));
  store(dc, cGradient, four);
  const iSlope = f32x4.mul(i, f32x4.sub(one, i));
  const fSlope = f32x4.mul(f, f32x4.sub(one, f));
  const gSlope = f32x4.sub(one, f32x4.mul(g, g));
  const iSum = flush4(f32x4.mul(f32x4.mul(cGradient, g), iSlope));
  const fSum = flush4(f32x4.mul(f32x4.mul(cGradient, load(cBefore, four)), fSlope));
  store(gradients, iSum, four);
  store(gradients + width, fSum, four);
  store(gradients + 2 * width, flush4(f32x4.mul(f32x4.mul(cGradient, i), gSlope)), four);
  const seen = f32x4.add(f32x4.mul(load(peepholes, four), iSum), f32x4.mul(load(peepholes + width, four), fSum));
  store(dcBefore, f32x4.add(load(dcBefore, four), f32x4.add(f32x4.mul(cGradient, f), seen)), four);
}

/** cBefore, dcBefore, dc, throughY (rows,H). */
export function lstmStateBackward(gates: usize, gradients: usize, peepholes: usize, cBefore: usize, dcBefore: usize, dc: usize, throughY: usize, rows: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  const fours = <usize>(hidden & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) {
      stateBackward(gates + k, gradients + k, width, peepholes + k, cBefore + k, dcBefore + k, dc + k, throughY + k, true);
    }
    for (let k = fours; k < width; k += 4) {
      stateBackward(gates + k, gradients + k, width, peepholes + k, cBefore + k, dcBefore + k, dc + k, throughY + k, false);
    }
    gates += 4 * width;
    gradients += 4 * width;
    cBefore += width;
    dcBefore += width;
    dc += width;
    throughY += width;
  }
}
