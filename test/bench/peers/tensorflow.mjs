/** TensorFlow.js with its WebAssembly backend. Its GRU knows only the reset gate before the product. */
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { answer } from "./answer.mjs";

setWasmPaths(
  new URL("../node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url).pathname,
);
setThreadsCount(1);
await tf.setBackend("wasm");
await tf.ready();

const layers = { lstm: "lstm", gru: "gru", rnn: "simpleRNN" };

await answer(tf.version_core, ({ kind, cell, hidden, batch, steps, inputs }) => {
  if (kind !== "train") throw new Error("Only training is measured.");
  tf.disposeVariables();
  const model = tf.sequential({
    layers: [
      tf.layers[layers[cell]]({
        units: hidden,
        returnSequences: true,
        inputShape: [steps, inputs],
        recurrentInitializer: "glorotUniform",
      }),
      tf.layers.dense({ units: inputs }),
    ],
  });
  const optimizer = tf.train.adam(0.001);
  const x = tf.randomNormal([batch, steps, inputs]);
  const classes = tf.randomUniform([batch * steps], 0, inputs, "int32");
  const target = tf.oneHot(classes, inputs);
  const loss = () =>
    tf.losses.softmaxCrossEntropy(
      target,
      model.apply(x, { training: true }).reshape([batch * steps, inputs]),
    );
  return () => tf.tidy(() => optimizer.minimize(loss, true).dataSync()[0]);
});
