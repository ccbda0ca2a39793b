/** The top of the model editor: which file, what it is, and what can be done with it. */
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { html, nothing, type TemplateResult } from "lit";
import type {
  ModelAction,
  ModelEditorState,
  NetworkOverview,
} from "../../src/protocol/modelContract.ts";
import type { ModelAnswers } from "../../src/protocol/modelContract.ts";
import { choose } from "../lib/controls.ts";
import { formatCount } from "../lib/numbers.ts";
import { fileInWords, networkInWords } from "./words.ts";

const actions: readonly {
  readonly id: ModelAction;
  readonly label: string;
  readonly icon: string;
}[] = [
  { id: "trace", label: "Trace a Sequence…", icon: "debug-step-over" },
  { id: "debug", label: "Debug…", icon: "debug-alt" },
  { id: "config", label: "Use in a Config", icon: "new-file" },
  { id: "export", label: "Convert…", icon: "export" },
];

export function headerView(
  { name, overview }: ModelEditorState,
  network: NetworkOverview | undefined,
  run: (action: ModelAction) => void,
): TemplateResult {
  return html`<div class="title">
      <h1>${name}</h1>
      ${overview ? html`<p>${fileInWords(overview)}</p>` : nothing}
      ${
        network
          ? html`<p>
              ${networkInWords(network)} · ${formatCount(network.parameterCount)} parameters
            </p>`
          : nothing
      }
    </div>
    ${
      network
        ? html`<div class="actions">
            ${actions.map(
              ({ id, label, icon }, index) =>
                html`<vscode-button ?secondary=${index > 0} icon=${icon} @click=${() => run(id)}
                  >${label}</vscode-button
                >`,
            )}
          </div>`
        : nothing
    }`;
}

const questionWords = {
  nonlinearity: "The file does not say the nonlinearity of its RNN",
  head: "Several linear layers fit on top: which one is the output",
  norm: "Is this layer normalization between the recurrent layers and the output",
} as const;

/** What the file does not say, asked once. */
export function questionsView(
  { questions }: NetworkOverview,
  answers: ModelAnswers,
  answer: (answers: ModelAnswers) => void,
): TemplateResult | typeof nothing {
  if (questions.length === 0) return nothing;
  return html`<div class="questions">
    ${questions.map(({ about, choices }) =>
      choose(
        `${questionWords[about]}?`,
        [
          { value: "", label: "Choose…" },
          ...choices.map((value) => ({ value, label: value === "" ? "(unnamed)" : value })),
        ],
        answers[about] ?? "",
        (value) => value !== "" && answer({ ...answers, [about]: value }),
      ),
    )}
  </div>`;
}
