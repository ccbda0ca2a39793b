/** The LSTM's passes over gates; equations and names are in ../../cells/lstm.ts. */
import { flush4, sigmoid4, tanh4 } from "./activations";
import { load, store } from "./lanes";

// @ts-ignore: decorator
@inline
function forward(gates: usize, width: usize, cBefore: usize, c: usize, h: usize, tanhC: usize, four: bool): void {
  const i = sigmoid4(load(gates, four));
  const f = sigmoid4(load(gates + width, four));
  const g = tanh4(load(gates + 2 * width, four));
  const o = sigmoid4(load(gates + 3 * width, four));
  const cell = f32x4.add(f32x4.mul(f, load(cBefore, four)), f32x4.mul(i, g));
  const squashed = tanh4(cell);
  store(gates, i, four);
  store(gates + width, f, four);
  store(gates + 2 * width, g, four);
  store(gates + 3 * width, o, four);
  store(c, cell, four);
  store(tanhC, squashed, four);
  store(h, f32x4.mul(o, squashed), four);
}

/** Pointers are to the first of `rows` rows: gates (rows,4H), everything else (rows,H). */
export function lstmForward(gates: usize, cBefore: usize, c: usize, h: usize, tanhC: usize, rows: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  const fours = <usize>(hidden & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) forward(gates + k, width, cBefore + k, c + k, h + k, tanhC + k, true);
    for (let k = fours; k < width; k += 4) forward(gates + k, width, cBefore + k, c + k, h + k, tanhC + k, false);
    gates += 4 * width;
    cBefore += width;
    c += width;
    h += width;
    tanhC += width;
  }
}

// @ts-ignore: decorator
@inline
function backward(gates: usize, gradients: usize, width: usize, cBefore: usize, dcBefore: usize, dc: usize, dh: usize, tanhC: usize, four: bool): void {
  const one = f32x4.splat(1);
  const i = load(gates, four);
  const f = load(gates + width, four);
  const g = load(gates + 2 * width, four);
  const o = load(gates + 3 * width, four);
  const squashed = load(tanhC, four);
  const hGradient = load(dh, four);
  const slope = f32x4.sub(one, f32x4.mul(squashed, squashed));
  const cGradient = flush4(f32x4.add(load(dc, four), f32x4.mul(f32x4.mul(hGradient, o), slope)));
  store(dc, cGradient, four);
  store(dcBefore, f32x4.add(load(dcBefore, four), f32x4.mul(cGradient, f)), four);
  const iSlope = f32x4.mul(i, f32x4.sub(one, i));
  const fSlope = f32x4.mul(f, f32x4.sub(one, f));
  const gSlope = f32x4.sub(one, f32x4.mul(g, g));
  const oSlope = f32x4.mul(o, f32x4.sub(one, o));
  store(gradients, flush4(f32x4.mul(f32x4.mul(cGradient, g), iSlope)), four);
  store(gradients + width, flush4(f32x4.mul(f32x4.mul(cGradient, load(cBefore, four)), fSlope)), four);
  store(gradients + 2 * width, flush4(f32x4.mul(f32x4.mul(cGradient, i), gSlope)), four);
  store(gradients + 3 * width, flush4(f32x4.mul(f32x4.mul(hGradient, squashed), oSlope)), four);
}

export function lstmBackward(gates: usize, gradients: usize, cBefore: usize, dcBefore: usize, dc: usize, dh: usize, tanhC: usize, rows: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  const fours = <usize>(hidden & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) {
      backward(gates + k, gradients + k, width, cBefore + k, dcBefore + k, dc + k, dh + k, tanhC + k, true);
    }
    for (let k = fours; k < width; k += 4) {
      backward(gates + k, gradients + k, width, cBefore + k, dcBefore + k, dc + k, dh + k, tanhC + k, false);
    }
    gates += 4 * width;
    gradients += 4 * width;
    cBefore += width;
    dcBefore += width;
    dc += width;
    dh += width;
    tanhC += width;
  }
}
