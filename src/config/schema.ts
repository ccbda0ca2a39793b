/**
 * `unroll.json`, declared once. The TypeScript types, the validation, the JSON Schema that the
 * editor completes from, and the texts it shows on hover are all derived from this file.
 */
import { z } from "zod";

// A content security policy without `unsafe-eval` applies where this may run.
z.config({ jitless: true });

const count = (description: string) => z.int().positive().describe(description);
const share = (description: string) => z.number().min(0).lt(1).describe(description);
const path = (description: string) => z.string().min(1).describe(description);

export const shapes = ["one-to-one", "one-to-many", "many-to-one", "many-to-many"] as const;
export type Shape = (typeof shapes)[number];

export const syntheticTasks = [
  "adding",
  "copy",
  "temporal-order",
  "parity",
  "reber",
  "waveform",
] as const;
export type SyntheticTask = (typeof syntheticTasks)[number];

const text = z
  .strictObject({
    kind: z.literal("text"),
    path: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe(
        "A text file, a folder, or a glob such as `chapters/*.txt`, relative to this file. A list is read in its order.",
      ),
    level: z
      .enum(["character", "word"])
      .default("character")
      .describe(
        "What one time step reads: a character, or a word (punctuation marks count as words).",
      ),
    lowercase: z
      .boolean()
      .default(false)
      .describe("Fold the text to lower case first: a smaller vocabulary."),
    maximumVocabulary: count(
      "Keep only this many of the most frequent tokens; the rest become ⟨unknown⟩.",
    ).optional(),
  })
  .describe("Language modelling: predict the next character or word of a text (many-to-many).");

const labelledText = z
  .strictObject({
    kind: z.literal("labelled-text"),
    path: path("A CSV file with a header, or a JSON Lines file (`.jsonl`), relative to this file."),
    text: z.string().min(1).default("text").describe("The column or key that holds the text."),
    label: z.string().min(1).default("label").describe("The column or key that holds the class."),
    level: z
      .enum(["character", "word"])
      .default("word")
      .describe("What one time step reads: a character, or a word."),
    lowercase: z.boolean().default(true).describe("Fold the text to lower case first."),
    maximumVocabulary: count(
      "Keep only this many of the most frequent tokens; the rest become ⟨unknown⟩.",
    ).default(5000),
    maximumLength: count("Read at most this many tokens of each text.").default(200),
  })
  .describe("Classification of whole texts, such as sentiment or spam (many-to-one).");

const table = z
  .strictObject({
    kind: z.literal("table"),
    path: path(
      "A CSV file with a header, one row per time step, oldest first, relative to this file.",
    ),
    inputs: z
      .array(z.string().min(1))
      .min(1)
      .describe("The columns that the network reads at each step."),
    targets: z.array(z.string().min(1)).min(1).describe("The columns that it predicts."),
    time: z
      .string()
      .min(1)
      .optional()
      .describe("The column that names each row, such as a date; shown on the timeline's axis."),
    window: count("Time steps in one training sequence.").default(50),
    horizon: z
      .int()
      .min(0)
      .default(1)
      .describe(
        "How many steps ahead the targets are predicted: `1` is the next row, `7` the next seven rows at once, `0` the same row.",
      ),
    shape: z
      .enum(shapes)
      .default("many-to-many")
      .describe(
        "Where inputs are read and losses are taken: at every step, or only at the first or last one.",
      ),
    standardize: z
      .boolean()
      .default(true)
      .describe(
        "Shift and scale every column to mean 0 and deviation 1, fitted on the training rows only.",
      ),
  })
  .describe("Forecasting from a table of numbers: weather, prices, sensors.");

const synthetic = z
  .strictObject({
    kind: z.literal("synthetic"),
    task: z
      .enum(syntheticTasks)
      .describe(
        [
          "A task of the literature, generated from the seed:",
          "- `adding`: the sum of two marked numbers (Hochreiter & Schmidhuber 1997)",
          "- `copy`: repeat ten symbols after a long delay (Hochreiter & Schmidhuber 1997; Arjovsky et al. 2016)",
          "- `temporal-order`: which of X and Y came first, twice (Hochreiter & Schmidhuber 1997, task 6a)",
          "- `parity`: is the number of ones odd, at every step",
          "- `reber`: next symbol of the embedded Reber grammar (Cleeremans et al. 1989)",
          "- `waveform`: one number, a frequency, becomes a sine wave (one-to-many)",
        ].join("\n"),
      ),
    length: count("Time steps of a sequence; for `copy`, the delay.").default(50),
    examples: count("Training sequences to generate.").default(2000),
  })
  .describe("A synthetic task with a known answer and a known difficulty.");

const bidirectional = z
  .boolean()
  .optional()
  .describe(
    "Read every sequence backwards as well, with weights of its own, and hand on both states side by side (Schuster & Paliwal 1997). Off unless `true`.",
  );

const dropout = share(
  "Share of what this layer hands on that is dropped in training, as PyTorch's `dropout`; nothing is dropped in validation.",
).optional();
const variational = z
  .boolean()
  .optional()
  .describe(
    "Drop the same units at every step of a sequence, not others at each (Gal & Ghahramani 2016). Off unless `true`.",
  );
const residual = z
  .boolean()
  .optional()
  .describe(
    "Add this layer's input to what it hands on, so that gradients find a way around it; both need the same size. Off unless `true`.",
  );

const rnnLayer = z.strictObject({
  cell: z
    .literal("rnn")
    .describe("Vanilla recurrent cell of Elman 1990: h = tanh(W_ih x + b_ih + W_hh h₋ + b_hh)."),
  hidden: count("Units in the hidden state, H."),
  nonlinearity: z
    .enum(["tanh", "relu"])
    .default("tanh")
    .describe("What follows the sum; `tanh` keeps h within ±1, `relu` may explode."),
  bidirectional,
  dropout,
  variational,
  residual,
});
const lstmLayer = z.strictObject({
  cell: z
    .literal("lstm")
    .describe(
      "Long short-term memory of Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000.",
    ),
  hidden: count("Units in the hidden state, H."),
  bidirectional,
  dropout,
  variational,
  residual,
});
const gruLayer = z.strictObject({
  cell: z.literal("gru").describe("Gated recurrent unit of Cho et al. 2014 (arXiv:1406.1078)."),
  hidden: count("Units in the hidden state, H."),
  reset: z
    .enum(["after", "before"])
    .default("after")
    .describe(
      "Where the reset gate acts: `after` the recurrent product as PyTorch and cuDNN, or `before` it as in the paper.",
    ),
  bidirectional,
  dropout,
  variational,
  residual,
});
const layer = z.discriminatedUnion("cell", [rnnLayer, lstmLayer, gruLayer]);

const initialization = z
  .strictObject({
    input: z
      .enum(["uniform", "xavier", "orthogonal"])
      .default("uniform")
      .describe(
        "Input weights W_ih: `uniform` is PyTorch's U(−1/√H, 1/√H); `xavier` is Glorot & Bengio 2010.",
      ),
    recurrent: z
      .enum(["uniform", "xavier", "orthogonal", "identity"])
      .default("orthogonal")
      .describe(
        "Recurrent weights W_hh: `orthogonal` keeps gradient norms (Saxe et al. 2014); `identity` with `relu` is the IRNN of Le et al. 2015.",
      ),
    forgetBias: z
      .number()
      .default(1)
      .describe(
        "Added to the LSTM's forget-gate bias, so that it remembers from the start (Jozefowicz et al. 2015).",
      ),
  })
  .describe("How weights start.");

const model = z
  .strictObject({
    embedding: count(
      "Learn a vector of this many numbers for every token; without it tokens are one-hot.",
    ).optional(),
    layers: z.array(layer).min(1).describe("Recurrent layers, the first one next to the input."),
    initialization: initialization.prefault({}),
  })
  .describe("The network: embedding or one-hot input, recurrent layers, one linear output.");

const learningRate = (standard: number) =>
  z.number().positive().default(standard).describe("Step size.");
const epsilon = (standard: number) =>
  z.number().positive().default(standard).describe("Keeps the division finite.");
const momentum = share("Share of the last step that is kept.").default(0);
const weightDecay = z
  .number()
  .min(0)
  .default(0)
  .describe(
    "L2 regularization: this times every weight is added to its gradient, as PyTorch's `weight_decay`.",
  );
const beta1 = share("Decay of the mean of gradients.").default(0.9);
const beta2 = share("Decay of the mean of squared gradients.").default(0.999);

const optimizer = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("sgd").describe("Stochastic gradient descent."),
    learningRate: learningRate(0.1),
    momentum,
    nesterov: z
      .boolean()
      .default(false)
      .describe(
        "Look ahead along the momentum before stepping (Nesterov 1983; Sutskever et al. 2013).",
      ),
    weightDecay,
  }),
  z.strictObject({
    kind: z.literal("adam").describe("Adam (Kingma & Ba 2015)."),
    learningRate: learningRate(0.002),
    beta1,
    beta2,
    epsilon: epsilon(1e-8),
    weightDecay,
  }),
  z.strictObject({
    kind: z
      .literal("adamw")
      .describe("Adam with decoupled weight decay (Loshchilov & Hutter 2019)."),
    learningRate: learningRate(0.002),
    beta1,
    beta2,
    epsilon: epsilon(1e-8),
    weightDecay: z
      .number()
      .min(0)
      .default(0.01)
      .describe(
        "Every step first shrinks each weight by the learning rate times this, past Adam's scaling.",
      ),
  }),
  z.strictObject({
    kind: z.literal("rmsprop").describe("RMSProp (Tieleman & Hinton 2012)."),
    learningRate: learningRate(0.002),
    decay: share("Decay of the mean of squared gradients (PyTorch's alpha).").default(0.99),
    momentum,
    epsilon: epsilon(1e-8),
    weightDecay,
  }),
  z.strictObject({
    kind: z
      .literal("adagrad")
      .describe("Adagrad (Duchi et al. 2011): steps shrink with all gradients so far."),
    learningRate: learningRate(0.01),
    learningRateDecay: z
      .number()
      .min(0)
      .default(0)
      .describe("Divides the learning rate by 1 + this times the steps made."),
    epsilon: epsilon(1e-10),
    weightDecay,
  }),
]);

const warmupUpdates = z
  .int()
  .min(0)
  .default(0)
  .describe("Rise from 0 to the learning rate, in equal steps, over this many updates first.");
const minimumLearningRate = z.number().min(0).default(0).describe("It never falls below this.");
const factor = (standard: number, description: string) =>
  z.number().positive().lt(1).default(standard).describe(description);

const schedule = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("constant").describe("The same throughout, once warmed up."),
      warmupUpdates,
    }),
    z.strictObject({
      kind: z.literal("step").describe("Multiplied by `factor` after every few epochs."),
      everyEpochs: count("Epochs between two reductions.").default(10),
      factor: factor(0.1, "What the learning rate is multiplied by."),
      warmupUpdates,
    }),
    z.strictObject({
      kind: z.literal("exponential").describe("Multiplied by `factor` after every epoch."),
      factor: factor(0.95, "What the learning rate is multiplied by."),
      warmupUpdates,
    }),
    z.strictObject({
      kind: z
        .literal("cosine")
        .describe(
          "Falls along half a cosine over all planned updates (Loshchilov & Hutter 2017, without restarts).",
        ),
      minimumLearningRate,
      warmupUpdates,
    }),
    z.strictObject({
      kind: z
        .literal("plateau")
        .describe("Multiplied by `factor` when the validation loss no longer improves."),
      factor: factor(0.5, "What the learning rate is multiplied by."),
      patience: z
        .int()
        .min(0)
        .default(3)
        .describe("Validations without a better loss that are let pass; one more reduces."),
      minimumImprovement: z.number().min(0).default(0).describe("How much lower counts as better."),
      minimumLearningRate,
      warmupUpdates,
    }),
  ])
  .describe("How the learning rate changes during training.");

const loss = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z
        .literal("cross-entropy")
        .describe("Softmax cross-entropy, for data with classes: the usual choice there."),
      labelSmoothing: share(
        "Share of each target that is spread over all classes (Szegedy et al. 2016).",
      ).default(0),
      classWeights: z
        .array(
          z.strictObject({
            label: z.string().min(1).describe("The class, as the data names it."),
            weight: z.number().positive().describe("How much more than others its loss counts."),
          }),
        )
        .optional()
        .describe("Classes whose loss counts more or less than 1, such as rare ones."),
    }),
    z.strictObject({
      kind: z
        .literal("sigmoid-cross-entropy")
        .describe(
          "Every target is a yes (1) or no (0) of its own, and several may be yes at once (multi-label).",
        ),
    }),
    z.strictObject({
      kind: z
        .literal("mean-squared-error")
        .describe("For data with numbers: the usual choice there."),
    }),
    z.strictObject({
      kind: z
        .literal("mean-absolute-error")
        .describe("Predicts the median, and outliers pull it less."),
    }),
    z.strictObject({
      kind: z.literal("huber").describe("Squared up to `delta` and linear beyond it (Huber 1964)."),
      delta: z
        .number()
        .positive()
        .default(1)
        .describe("Where it turns linear, in the targets' units (deviations when standardized)."),
    }),
    z.strictObject({
      kind: z
        .literal("gaussian")
        .describe(
          "Predicts a mean and a variance for every target (negative log-likelihood; Nix & Weigend 1994).",
        ),
    }),
  ])
  .describe(
    "What training makes small. Without it: cross-entropy for classes, mean squared error for numbers.",
  );

const training = z
  .strictObject({
    epochs: count("Passes over the training data.").default(10),
    batch: count("Sequences that are trained side by side, B.").default(32),
    bptt: z
      .union([z.int().positive(), z.literal("full")])
      .default("full")
      .describe(
        "Steps that gradients travel back: truncated backpropagation through time (Williams & Peng 1990). `full` follows each sequence to its start; a text, which has no end, is then cut into windows of 64.",
      ),
    carryState: z
      .boolean()
      .default(true)
      .describe(
        "Carry the hidden state from one truncated window into the next. Off, every window starts from zero.",
      ),
    accumulate: count(
      "Batches whose gradients are averaged into one update: the effect of a larger batch without its memory.",
    ).default(1),
    loss: loss.optional(),
    optimizer: optimizer.prefault({ kind: "adam" }).describe("How gradients become steps."),
    schedule: schedule.optional(),
    clip: z
      .strictObject({
        parameterNorm: z
          .number()
          .positive()
          .optional()
          .describe(
            "Scale the gradient of each weight matrix and bias down to this L2 norm by itself.",
          ),
        norm: z
          .number()
          .positive()
          .optional()
          .describe("Scale the whole gradient down to this L2 norm (Pascanu et al. 2013)."),
        value: z.number().positive().optional().describe("Cut every component to ± this."),
      })
      .prefault({ norm: 1 })
      .describe("Clipping, the cure for exploding gradients. `{}` switches it off."),
    gradientNoise: z
      .strictObject({
        scale: z
          .number()
          .positive()
          .default(0.01)
          .describe("Variance of the noise at the first update; 0.01, 0.3 and 1 are usual."),
        decay: z
          .number()
          .min(0)
          .default(0.55)
          .describe("The variance falls with (1 + update) to the power of minus this."),
      })
      .optional()
      .describe(
        "Add Gaussian noise to every gradient after clipping, less and less of it (Neelakantan et al. 2015).",
      ),
    averageWeights: z
      .strictObject({
        decay: share("Share of the average that is kept at each update.").default(0.999),
      })
      .optional()
      .describe(
        "Keep an exponential moving average of the weights; validation and the best checkpoint use it.",
      ),
    validation: z
      .strictObject({
        share: share(
          "Share of the data held back: the last part of a text or table, a random part of examples.",
        ).default(0.1),
        everyUpdates: count(
          "Measure the validation loss after this many updates; without it after every epoch.",
        ).optional(),
      })
      .prefault({})
      .describe("The data that the network never trains on."),
    earlyStopping: z
      .strictObject({
        patience: count("Validations without a better loss before training stops."),
        minimumImprovement: z
          .number()
          .min(0)
          .default(0)
          .describe("How much lower counts as better."),
      })
      .optional()
      .describe("Stop when validation no longer improves."),
    checkpointEveryUpdates: count("Save the last state at least this often, in updates.").default(
      500,
    ),
    seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .default(1)
      .describe("Same seed, same config: the same bits."),
  })
  .describe("How the network learns.");

export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe("Ignored; some editors want it."),
    name: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .describe("Shown in the list of runs; by default the folder's name."),
    data: z
      .discriminatedUnion("kind", [text, labelledText, table, synthetic])
      .describe("What the network reads."),
    model,
    training: training.prefault({}),
  })
  .describe("An Unroll experiment: data, a recurrent network, and how to train it.");

/** A validated config with every default filled in. */
export type Config = z.output<typeof configSchema>;
export type DataConfig = Config["data"];
export type LayerConfig = Config["model"]["layers"][number];
export type InitializationConfig = Config["model"]["initialization"];
export type OptimizerConfig = Config["training"]["optimizer"];
export type LossConfig = NonNullable<Config["training"]["loss"]>;
export type ScheduleConfig = NonNullable<Config["training"]["schedule"]>;
export type TrainingConfig = Config["training"];
