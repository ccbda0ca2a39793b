/** Small trainings of real data, as the files of a folder. */

type Files = Readonly<Record<string, string>>;

const json = (value: unknown): string => JSON.stringify(value, undefined, 2);

export const sentence = "The sea was calm, and the ship went on under a fair wind. ";

/** A character model that knows no letter outside of its sentence. */
export const writer = (name: string): Files => ({
  "unroll.json": json({
    name,
    data: { kind: "text", path: "text.txt" },
    model: { layers: [{ cell: "gru", hidden: 12 }] },
    training: { epochs: 2, batch: 8, bptt: 24 },
  }),
  "text.txt": sentence.repeat(60),
});

const rows = Array.from({ length: 120 }, (_, day) => {
  const temperature = 10 + 8 * Math.sin(day / 6);
  return `day ${day},${temperature.toFixed(2)},${(day % 7).toFixed(1)}`;
});

interface Table {
  readonly targets: readonly string[];
  readonly window?: number;
}

/** A table of temperature and rain, of which `targets` are predicted one row ahead. */
export const forecaster = ({ targets, window = 8 }: Table): Files => ({
  "unroll.json": json({
    name: "weather",
    data: {
      kind: "table",
      path: "weather.csv",
      inputs: ["temperature", "rain"],
      targets,
      window,
    },
    model: { layers: [{ cell: "lstm", hidden: 6 }] },
    training: { epochs: 3, batch: 8 },
  }),
  "weather.csv": `date,temperature,rain\n${rows.join("\n")}\n`,
});

/** Movements to the left and to the right, of different lengths. */
export const classifier: Files = {
  "unroll.json": json({
    name: "moves",
    data: { kind: "labelled-frames", path: "moves.csv", predict: "label" },
    model: { layers: [{ cell: "gru", hidden: 6 }] },
    training: { epochs: 3, batch: 8, validation: { share: 0.25 } },
  }),
  "moves.csv": [
    "sequence,label,x,y",
    ...Array.from({ length: 24 }, (_, k) =>
      Array.from({ length: 4 + (k % 3) }, (__, t) => {
        const [side, x] = k % 2 === 0 ? ["left", -t] : ["right", t];
        return `${k},${side},${x},${Math.sin(k + t).toFixed(3)}`;
      }),
    ).flat(),
    "",
  ].join("\n"),
};

/** Weights that explode at once: every update is a million times too large, and nothing bounds the units. */
export const exploding: Files = {
  "unroll.json": json({
    name: "exploding",
    data: { kind: "synthetic", task: "adding", length: 12, examples: 200 },
    model: { layers: [{ cell: "rnn", nonlinearity: "relu", hidden: 6 }] },
    training: {
      epochs: 50,
      batch: 20,
      checkpointEveryUpdates: 1,
      optimizer: { kind: "sgd", learningRate: 1e6 },
    },
  }),
};
