/**
 * brain.js: sequences of symbols, one at a time, with its own optimizer (RMSProp). A batch is as many sequences one after
 * the other.
 */
import { createRequire } from "node:module";
import { answer } from "./answer.mjs";

const require = createRequire(import.meta.url);
const { recurrent } = require("brain.js");
const { version } = require("brain.js/package.json");
const networks = { lstm: recurrent.LSTM, gru: recurrent.GRU, rnn: recurrent.RNN };

await answer(version, ({ kind, cell, hidden, batch, steps, inputs }) => {
  if (kind !== "train") throw new Error("Only training is measured.");
  const network = new networks[cell]({
    inputSize: inputs,
    inputRange: inputs,
    outputSize: inputs,
    hiddenLayers: [hidden],
    maxPredictionLength: steps,
  });
  network.initialize();
  // Symbol 0 begins and ends sequences.
  const draw = () => 1 + Math.floor(Math.random() * (inputs - 2));
  const sequences = Array.from({ length: batch }, () => Array.from({ length: steps }, draw));
  return () => {
    for (const sequence of sequences) network.trainPattern(sequence, 0.001);
  };
});
