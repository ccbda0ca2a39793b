/**
 * The task ladder: problems of the literature from easy to hard, each with the network that climbs it here, what guessing
 * reaches, and what its paper reports.
 */

/** What is compared of a trained network, on sequences that it never saw. */
export type Measure = "loss" | "accuracy" | "exact-match" | "label-error-rate";

export interface Rung {
  readonly id: string;
  readonly title: string;
  /** A whole config but for its seed; validated like any other. */
  readonly config: { readonly training: object } & Readonly<Record<string, unknown>>;
  readonly measure: Measure;
  /** What the measured loss is multiplied by, to be what the literature states. */
  readonly scale?: number;
  readonly unit: string;
  /** What one reaches who has learnt nothing. */
  readonly chance: number;
  /** The value from which the task counts as solved: above it for right answers, below it for losses and errors. */
  readonly solved: number;
  readonly published: string;
}

export const isSolved = (rung: Rung, value: number): boolean => isBetter(rung, value, rung.solved);

/** Right answers are counted up, losses and errors down. */
export const isBetter = (
  { measure }: Pick<Rung, "measure">,
  value: number,
  than: number,
): boolean => (measure === "accuracy" || measure === "exact-match" ? value > than : value < than);

const oneLayer = (cell: string, hidden: number) => ({ layers: [{ cell, hidden }] });

/** An LSTM that keeps what it saw for about `steps` steps from the start: σ(ln steps) = 1 − 1/steps, nearly. */
const longMemory = (hidden: number, steps: number) => ({
  ...oneLayer("lstm", hidden),
  initialization: { forgetBias: Number(Math.log(steps).toFixed(1)) },
});

/** Nothing is gained by going on once a task is solved: early stopping cuts the tail, not the climb. */
const training = (epochs: number, batch: number, learningRate: number) => ({
  epochs,
  batch,
  optimizer: { kind: "adam", learningRate },
  clip: { norm: 1 },
});

const adding = (length: number, epochs: number): Rung => ({
  id: `adding-${length}`,
  title: `Adding problem, T = ${length}`,
  config: {
    data: { kind: "synthetic", task: "adding", length, examples: 10_000 },
    model: oneLayer("lstm", 64),
    training: training(epochs, 50, 0.003),
  },
  measure: "loss",
  unit: "mean squared error",
  chance: 1 / 6,
  solved: 0.01,
  published:
    length === 100
      ? "1 of 2,560 sequences wrong by more than 0.04 after 74,000 (Hochreiter & Schmidhuber 1997, table 7)"
      : "LSTM solves T = 150 to 400 (Le et al. 2015, fig. 1)",
});

const copyDelay = 50;

export const rungs: readonly Rung[] = [
  {
    id: "parity",
    title: "Parity of the bits so far, T = 32",
    config: {
      data: { kind: "synthetic", task: "parity", length: 32, examples: 5000 },
      model: oneLayer("rnn", 32),
      training: training(20, 50, 0.005),
    },
    measure: "accuracy",
    unit: "steps right",
    chance: 0.5,
    solved: 0.99,
    published:
      "solved even by guessing weights (Hochreiter & Schmidhuber 1997b, “LSTM can solve hard long time lag problems”)",
  },
  {
    id: "reber",
    title: "Embedded Reber grammar",
    config: {
      data: { kind: "synthetic", task: "reber", length: 30, examples: 3000 },
      model: oneLayer("lstm", 16),
      training: training(20, 20, 0.01),
    },
    measure: "loss",
    unit: "nats per symbol",
    // The whole grammar but for the T or P that has to be remembered; all of it has 0.446.
    chance: 0.508,
    solved: 0.46,
    published: "97–100 % of trials solved (Hochreiter & Schmidhuber 1997, table 1)",
  },
  {
    id: "temporal-order",
    title: "Temporal order of two events, T = 100",
    config: {
      data: { kind: "synthetic", task: "temporal-order", length: 100, examples: 8000 },
      model: longMemory(64, 100),
      training: training(20, 20, 0.003),
    },
    measure: "accuracy",
    unit: "sequences right",
    chance: 0.25,
    solved: 0.99,
    published:
      "1 of 2,560 sequences wrong after 31,390 (Hochreiter & Schmidhuber 1997, table 10, task 6a)",
  },
  adding(100, 25),
  adding(200, 50),
  {
    id: "copy-50",
    title: `Copying ten symbols, delay T = ${copyDelay}`,
    config: {
      data: { kind: "synthetic", task: "copy", length: copyDelay, examples: 20_000 },
      model: longMemory(96, 60),
      training: { ...training(12, 20, 0.003), validation: { share: 0.02 } },
    },
    measure: "loss",
    // The papers' loss is the mean over all T + 20 steps, of which only ten are hard.
    scale: 10 / (copyDelay + 20),
    unit: "nats per step of T + 20",
    chance: (10 * Math.log(8)) / (copyDelay + 20),
    solved: 0.02,
    published:
      "at T = 100 an LSTM just beats chance, a unitary RNN solves it (Arjovsky et al. 2016, fig. 1)",
  },
  {
    id: "ctc",
    title: "Phonemes without their places (CTC), T = 60",
    config: {
      data: { kind: "synthetic", task: "phonemes", length: 60, examples: 2000 },
      model: { layers: [{ cell: "lstm", hidden: 32, bidirectional: true }] },
      training: { ...training(25, 16, 0.005), loss: { kind: "ctc", blank: 0 } },
    },
    measure: "label-error-rate",
    unit: "label error rate",
    // Who says nothing is wrong in every label.
    chance: 1,
    solved: 0.1,
    published: "30.5 % on TIMIT, which is real speech (Graves et al. 2006, table 1)",
  },
  {
    id: "reversal",
    title: "Reversal of up to 10 letters, encoder-decoder",
    config: {
      data: { kind: "synthetic", task: "reversal", length: 10, examples: 10_000 },
      model: {
        embedding: 16,
        layers: [{ cell: "gru", hidden: 128 }],
        decoder: { embedding: 16, layers: [{ cell: "gru", hidden: 128 }] },
      },
      training: {
        ...training(20, 32, 0.003),
        schedule: { kind: "cosine", minimumLearningRate: 0.0001 },
      },
    },
    measure: "exact-match",
    unit: "sequences right",
    chance: 0,
    solved: 0.95,
    published: "reversed sources help translation (Sutskever et al. 2014, section 3.3)",
  },
  {
    id: "dates",
    title: "Dates as people write them to ISO 8601, attention",
    config: {
      data: { kind: "synthetic", task: "dates", examples: 5000 },
      model: {
        embedding: 16,
        layers: [{ cell: "gru", hidden: 32, bidirectional: true }],
        decoder: {
          embedding: 16,
          layers: [{ cell: "gru", hidden: 64 }],
          attention: { score: "additive", size: 32 },
        },
      },
      training: training(12, 32, 0.004),
    },
    measure: "exact-match",
    unit: "dates right",
    chance: 0,
    solved: 0.99,
    published: "no figure: a made-up task for attention (Bahdanau et al. 2015)",
  },
];
