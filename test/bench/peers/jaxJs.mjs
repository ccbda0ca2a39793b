/**
 * jax-js with its WebAssembly backend. It has no scan: the steps are unrolled before they are compiled. Arrays are used up by
 * what reads them; `.ref` keeps one for a further use.
 */
import { readFileSync } from "node:fs";
import { defaultDevice, init, jit, nn, numpy as np, random, tree, valueAndGrad } from "@jax-js/jax";
import { answer } from "./answer.mjs";

await init();
defaultDevice("wasm");
const manifest = new URL("../node_modules/@jax-js/jax/package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, "utf8"));

const gateCount = { lstm: 4, gru: 3, rnn: 1 };
const draw = (shape, seed) => random.normal(random.key(seed), shape).mul(0.1);

function nextStates(cell, hidden, wx, h, c, wh) {
  const part = (z, k) => z.slice([], [k * hidden, (k + 1) * hidden]);
  if (cell === "rnn") return { h: np.tanh(wx.add(np.matmul(h, wh))), c };
  if (cell === "lstm") {
    const z = wx.add(np.matmul(h, wh));
    const [i, f, o] = [0, 1, 3].map((k) => nn.sigmoid(part(z.ref, k)));
    const next = f.mul(c).add(i.mul(np.tanh(part(z, 2))));
    return { h: o.mul(np.tanh(next.ref)), c: next };
  }
  const product = np.matmul(h.ref, wh);
  const r = nn.sigmoid(part(wx.ref, 0).add(part(product.ref, 0)));
  const z = nn.sigmoid(part(wx.ref, 1).add(part(product.ref, 1)));
  const n = np.tanh(part(wx, 2).add(r.mul(part(product, 2))));
  return { h: n.ref.add(z.mul(h.sub(n))), c };
}

await answer(version, ({ kind, cell, hidden, batch, steps, inputs }) => {
  if (kind !== "train") throw new Error("Only training is measured.");
  const width = gateCount[cell] * hidden;
  const rows = steps * batch;
  const parameters = {
    wx: draw([inputs, width], 1),
    wh: draw([hidden, width], 2),
    b: np.zeros([width]),
    wo: draw([hidden, inputs], 3),
    bo: np.zeros([inputs]),
  };
  const zeros = () => tree.map((p) => np.zeros(p.shape), parameters);
  let state = { p: parameters, m: zeros(), v: zeros() };
  const x = draw([rows, inputs], 4);
  const classes = Array.from({ length: rows }, () => Math.floor(Math.random() * inputs));
  const target = nn.oneHot(np.array(classes, { dtype: np.int32 }), inputs);

  const loss = (p, x, target) => {
    const wx = np.matmul(x, p.wx).add(p.b).reshape([steps, batch, width]);
    let h = np.zeros([batch, hidden]);
    let c = cell === "lstm" ? np.zeros([batch, hidden]) : undefined;
    const outputs = [];
    for (let t = 0; t < steps; t++) {
      ({ h, c } = nextStates(cell, hidden, wx.ref.slice(t), h, c, p.wh.ref));
      outputs.push(h.ref);
    }
    for (const used of [wx, h, c, p.wh]) used?.dispose();
    const logits = np.matmul(np.concatenate(outputs, 0), p.wo).add(p.bo);
    return nn
      .logSoftmax(logits)
      .mul(target)
      .sum()
      .mul(-1 / rows);
  };
  const update = jit(({ p, m, v }, x, target) => {
    const [value, g] = valueAndGrad(loss)(tree.ref(p), x, target);
    const next = { p: {}, m: {}, v: {} };
    for (const name of Object.keys(p)) {
      const mean = m[name].mul(0.9).add(g[name].ref.mul(0.1));
      const square = v[name].mul(0.999).add(g[name].ref.mul(g[name]).mul(0.001));
      next.p[name] = p[name].sub(mean.ref.mul(0.001).div(np.sqrt(square.ref).add(1e-8)));
      next.m[name] = mean;
      next.v[name] = square;
    }
    return [value, next];
  });
  return async () => {
    const [value, next] = update(state, x.ref, target.ref);
    state = next;
    await value.data();
  };
});
