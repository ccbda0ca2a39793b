/** The configs that "New Config…" starts from. Each trains as it is, once its data is there. */
import { getNodeValue } from "jsonc-parser";
import { parseText } from "./parseText.ts";

export interface Template {
  readonly id:
    | "character-language-model"
    | "word-language-model"
    | "classification"
    | "sequence-classification"
    | "forecast"
    | "synthetic-task"
    | "labels-without-places";
  readonly title: string;
  readonly description: string;
  /** The whole unroll.json, with comments. */
  readonly text: string;
  /** The same, parsed. */
  readonly value: { readonly data: object; readonly model: object; readonly training: object };
}

const template = (
  id: Template["id"],
  title: string,
  description: string,
  text: string,
): Template => {
  const root = parseText(text);
  if (!root) throw new Error(`The template ${id} is empty.`);
  return { id, title, description, text, value: getNodeValue(root) as Template["value"] };
};

export const templates: readonly Template[] = [
  template(
    "character-language-model",
    "Character language model",
    "Learn to write like a text, one character at a time.",
    `{
  // Learn to write like a text, one character at a time.
  "data": {
    "kind": "text",
    "path": "input.txt", // a file, a folder, or a glob such as "chapters/*.txt"
    "level": "character"
  },
  "model": {
    "layers": [{ "cell": "lstm", "hidden": 128 }] // or "gru", or "rnn"
  },
  "training": {
    "epochs": 10,
    "batch": 32, // places in the text that are read side by side
    "bptt": 64, // steps that gradients travel back
    "optimizer": { "kind": "adam", "learningRate": 0.003 },
    "clip": { "norm": 1 }
  }
}
`,
  ),
  template(
    "word-language-model",
    "Word language model",
    "Learn to write like a text, one word at a time.",
    `{
  // Learn to write like a text, one word at a time.
  "data": {
    "kind": "text",
    "path": "input.txt",
    "level": "word",
    "lowercase": true,
    "maximumVocabulary": 5000 // rarer words become ⟨unknown⟩
  },
  "model": {
    "embedding": 64, // numbers that stand for each word
    "layers": [{ "cell": "lstm", "hidden": 128 }]
  },
  "training": {
    "epochs": 10,
    "batch": 16,
    "bptt": 32,
    "optimizer": { "kind": "adam", "learningRate": 0.003 }
  }
}
`,
  ),
  template(
    "classification",
    "Text classification",
    "Read a whole text and decide what it is: spam or not, glad or sad.",
    `{
  // Read a whole text and decide what it is.
  "data": {
    "kind": "labelled-text",
    "path": "examples.csv", // or .jsonl; one row for each text
    "text": "text", // the column of the text
    "label": "label", // the column of its class
    "level": "word",
    "maximumLength": 100
  },
  "model": {
    "embedding": 32,
    "layers": [{ "cell": "gru", "hidden": 64 }]
  },
  "training": {
    "epochs": 10,
    "batch": 32,
    "optimizer": { "kind": "adam", "learningRate": 0.003 },
    "earlyStopping": { "patience": 3 }
  }
}
`,
  ),
  template(
    "sequence-classification",
    "Classification of sequences of numbers",
    "Decide what a movement, a machine or a signal is: windows of sensor data, each with a class.",
    `{
  // Read a sequence of sensor readings and decide what it is.
  "data": {
    "kind": "labelled-frames",
    "path": "readings.csv", // one row for each time step; or .jsonl
    "predict": "label", // one class of each sequence; "each-frame" for one of each row
    "sequence": "sequence", // the column that says to which sequence a row belongs
    "label": "label" // the column of the class; all other columns are read
    // "group": "person" // judge by people that it has never met
  },
  "model": {
    "layers": [{ "cell": "gru", "hidden": 32 }]
  },
  "training": {
    "epochs": 30,
    "batch": 32,
    "optimizer": { "kind": "adam", "learningRate": 0.005 },
    "validation": { "share": 0.2 },
    "earlyStopping": { "patience": 5 }
  }
}
`,
  ),
  template(
    "forecast",
    "Forecast from a table",
    "Predict the next rows of a table of numbers: weather, prices, sensors.",
    `{
  // Predict the next row of a table. Rows are time steps, the oldest first.
  "data": {
    "kind": "table",
    "path": "measurements.csv",
    "time": "date", // names the rows
    "inputs": ["value"], // the columns that are read
    "targets": ["value"], // the columns that are predicted
    "window": 50, // rows of one training sequence
    "horizon": 1 // rows ahead
  },
  "model": {
    "layers": [{ "cell": "lstm", "hidden": 32 }]
  },
  "training": {
    "epochs": 20,
    "batch": 32,
    "optimizer": { "kind": "adam", "learningRate": 0.003 },
    "earlyStopping": { "patience": 5 }
  }
}
`,
  ),
  template(
    "synthetic-task",
    "Synthetic task",
    "A task of the literature with a known answer; needs no data.",
    `{
  // The adding problem: the sum of two marked numbers among many. It needs no data.
  "data": {
    "kind": "synthetic",
    "task": "adding", // or "copy", "temporal-order", "parity", "reber", "waveform", "phonemes"
    "length": 50, // steps: the longer, the harder for a plain "rnn"
    "examples": 2000
  },
  "model": {
    "layers": [{ "cell": "lstm", "hidden": 32 }]
  },
  "training": {
    "epochs": 20,
    "batch": 20,
    "optimizer": { "kind": "adam", "learningRate": 0.005 }
  }
}
`,
  ),
  template(
    "labels-without-places",
    "Labels without places (CTC)",
    "What was said, not when: phonemes in noisy frames. Needs no data.",
    `{
  // Hears phonemes in noisy frames, and is told only which were spoken, not when (CTC). It needs no data.
  "data": {
    "kind": "synthetic",
    "task": "phonemes",
    "length": 60, // frames of the longest sequence
    "examples": 2000
  },
  "model": {
    "layers": [{ "cell": "lstm", "hidden": 32, "bidirectional": true }]
  },
  "training": {
    "epochs": 10,
    "batch": 16,
    "optimizer": { "kind": "adam", "learningRate": 0.01 },
    "clip": { "norm": 1 },
    "loss": { "kind": "ctc", "blank": 0 }
  }
}
`,
  ),
];
