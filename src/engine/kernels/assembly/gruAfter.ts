/** The passes of the GRU with reset after the product; equations and names are in ../../cells/gruAfter.ts. */
import { flush4, sigmoid4, tanh4 } from "./activations";
import { load, store } from "./lanes";

// @ts-ignore: decorator
@inline
function forward(gates: usize, product: usize, width: usize, biasN: usize, candidateProduct: usize, hBefore: usize, h: usize, four: bool): void {
  const r = sigmoid4(f32x4.add(load(gates, four), load(product, four)));
  const z = sigmoid4(f32x4.add(load(gates + width, four), load(product + width, four)));
  const q = f32x4.add(load(product + 2 * width, four), load(biasN, four));
  const n = tanh4(f32x4.add(load(gates + 2 * width, four), f32x4.mul(r, q)));
  store(gates, r, four);
  store(gates + width, z, four);
  store(gates + 2 * width, n, four);
  store(candidateProduct, q, four);
  const fresh = f32x4.mul(f32x4.sub(f32x4.splat(1), z), n);
  store(h, f32x4.add(fresh, f32x4.mul(z, load(hBefore, four))), four);
}

/** gates, product (rows,3H); biasN (H); everything else (rows,H). */
export function gruAfterForward(gates: usize, product: usize, biasN: usize, candidateProduct: usize, hBefore: usize, h: usize, rows: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  const fours = <usize>(hidden & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) {
      forward(gates + k, product + k, width, biasN + k, candidateProduct + k, hBefore + k, h + k, true);
    }
    for (let k = fours; k < width; k += 4) {
      forward(gates + k, product + k, width, biasN + k, candidateProduct + k, hBefore + k, h + k, false);
    }
    gates += 3 * width;
    product += 3 * width;
    candidateProduct += width;
    hBefore += width;
    h += width;
  }
}

// @ts-ignore: decorator
@inline
function backward(gates: usize, gradients: usize, products: usize, width: usize, candidateProduct: usize, hBefore: usize, dhBefore: usize, dh: usize, four: bool): void {
  const one = f32x4.splat(1);
  const r = load(gates, four);
  const z = load(gates + width, four);
  const n = load(gates + 2 * width, four);
  const hGradient = load(dh, four);
  const fresh = f32x4.mul(hGradient, f32x4.sub(one, z));
  const nSum = flush4(f32x4.mul(fresh, f32x4.sub(one, f32x4.mul(n, n))));
  const zSlope = f32x4.mul(z, f32x4.sub(one, z));
  const rSlope = f32x4.mul(r, f32x4.sub(one, r));
  const zSum = flush4(f32x4.mul(f32x4.mul(hGradient, f32x4.sub(load(hBefore, four), n)), zSlope));
  const rSum = flush4(f32x4.mul(f32x4.mul(nSum, load(candidateProduct, four)), rSlope));
  store(gradients, rSum, four);
  store(gradients + width, zSum, four);
  store(gradients + 2 * width, nSum, four);
  store(products, rSum, four);
  store(products + width, zSum, four);
  store(products + 2 * width, flush4(f32x4.mul(nSum, r)), four);
  store(dhBefore, f32x4.add(load(dhBefore, four), f32x4.mul(hGradient, z)), four);
}

export function gruAfterBackward(gates: usize, gradients: usize, products: usize, candidateProduct: usize, hBefore: usize, dhBefore: usize, dh: usize, rows: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  const fours = <usize>(hidden & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    for (let k: usize = 0; k < fours; k += 16) {
      backward(gates + k, gradients + k, products + k, width, candidateProduct + k, hBefore + k, dhBefore + k, dh + k, true);
    }
    for (let k = fours; k < width; k += 4) {
      backward(gates + k, gradients + k, products + k, width, candidateProduct + k, hBefore + k, dhBefore + k, dh + k, false);
    }
    gates += 3 * width;
    gradients += 3 * width;
    products += 3 * width;
    candidateProduct += width;
    hBefore += width;
    dhBefore += width;
    dh += width;
  }
}
