/** The model editor: what a model file contains, and what its weights look like, layer by layer and gate by gate. */
import "../lib/panel.css";
import "./model.css";
import { html, nothing, render } from "lit";
import type { LayerSummary } from "../../src/protocol/modelContract.ts";
import type {
  LayerPlace,
  ModelAction,
  ModelEditorContract,
  ModelEditorState,
  NetworkOverview,
  Spectrum,
  WeightsPicture,
} from "../../src/protocol/modelContract.ts";
import type { ModelAnswers } from "../../src/protocol/modelContract.ts";
import { choose } from "../lib/controls.ts";
import { errorMessage } from "../lib/emptyState.ts";
import { connectTo, rememberedView, rememberView } from "../lib/host.ts";
import { latest } from "../lib/latest.ts";
import { panelElement } from "../lib/panelFrame.ts";
import { onThemeChange, readTheme } from "../lib/theme.ts";
import { contentsView } from "./contentsView.ts";
import { findingsView } from "./findings.ts";
import { gatesTable } from "./gatesTable.ts";
import { headerView, questionsView } from "./header.ts";
import { createMatrixView, type MatrixView } from "./matrixView.ts";
import { networkView } from "./networkView.ts";
import { createSpectrumView } from "./spectrumView.ts";
import { partInWords } from "./words.ts";

/** What is looked at: remembered between reloads. */
interface Selection extends LayerPlace {
  readonly part: string;
}

const host = connectTo<ModelEditorContract>();
const main = panelElement();
const section = (className: string, tag = "section"): HTMLElement => {
  const element = main.appendChild(document.createElement(tag));
  element.className = className;
  return element;
};
const header = section("model-header", "header");
const trouble = section("trouble", "div");
const about = section("about-model", "div");
const pictures = section("pictures", "div");
const contents = section("contents-of-file", "div");
const part = (className: string): HTMLElement => {
  const element = pictures.appendChild(document.createElement("section"));
  element.className = className;
  return element;
};

let theme = readTheme();
let state: ModelEditorState | undefined;
let selection: Selection | undefined;
let summary: LayerSummary | undefined;

const spectrumView = createSpectrumView(part("plane"), () => theme);
const matrixViews: Readonly<Record<"recurrent" | "input", MatrixView>> = {
  recurrent: createMatrixView(part("weights"), () => theme),
  input: createMatrixView(part("weights"), () => theme),
};

const fail = (error: unknown): void => void render(errorMessage(error), trouble);
const layers = latest((place: LayerPlace, signal) => host.call("layer", place, { signal }), {
  answer: (answer) => ((summary = answer), showAbout()),
  error: fail,
});
const spectra = latest((place: Selection, signal) => host.call("spectrum", place, { signal }), {
  answer: (answer: Spectrum, place) => spectrumView.show(answer, `W_hh of gate ${place.part}`),
  error: fail,
  pending: spectrumView.stale,
});
const weights = { input: askWeights("input"), recurrent: askWeights("recurrent") };

function askWeights(matrix: "input" | "recurrent") {
  return latest(
    ({ network, layer, direction, part }: Selection, signal) =>
      host.call(
        "weights",
        { network, layer, direction, part, matrix, rows: 1024, columns: 1024 },
        { signal },
      ),
    {
      answer: (picture: WeightsPicture, of) =>
        matrixViews[matrix].show({
          picture,
          part: of.part,
          symbol: matrix === "input" ? "W_ih" : "W_hh",
          columnName: matrix === "input" && of.layer === 0 ? "input" : "unit",
        }),
      error: fail,
      pending: matrixViews[matrix].stale,
    },
  );
}

host.on("state", show);
host.call("ready", null).then(show, fail);
onThemeChange(() => {
  theme = readTheme();
  if (selection) select(selection);
});

function show(next: ModelEditorState): void {
  state = next;
  main.setAttribute("aria-busy", String(!next.overview && !next.failure));
  const { failure, overview } = next;
  render(
    failure
      ? html`<p class="error-message" role="alert">
          <span class="codicon codicon-error" aria-hidden="true"></span> ${failure.message}
          ${failure.advice}
        </p>`
      : nothing,
    trouble,
  );
  render(overview ? contentsView(overview) : nothing, contents);
  const remembered = selection ?? rememberedView<Selection>();
  const network =
    overview?.networks.find(({ name }) => name === remembered.network) ?? overview?.networks[0];
  pictures.hidden = network === undefined;
  summary = undefined;
  if (!network) {
    selection = undefined;
    showAbout();
    return;
  }
  select({ ...placeIn(network, remembered), part: remembered.part ?? "" });
}

/** The remembered layer, if the network has it. */
function placeIn(network: NetworkOverview, remembered: Partial<LayerPlace>): LayerPlace {
  const layer = network.layers[remembered.layer ?? 0] ? (remembered.layer ?? 0) : 0;
  const { directions } = network.layers[layer];
  const direction = directions.find((each) => each === remembered.direction) ?? directions[0];
  return { network: network.name, layer, direction };
}

const networkOf = (name: string): NetworkOverview | undefined =>
  state?.overview?.networks.find((network) => network.name === name);

const parts = { rnn: ["h"], lstm: ["i", "f", "g", "o"], gru: ["r", "z", "n"] } as const;

function partsOf({ network, layer }: LayerPlace): readonly string[] {
  const cell = networkOf(network)?.layers[layer].cell ?? "rnn";
  return parts[cell];
}

function select(next: Selection): void {
  const known = partsOf(next);
  // The forget gate says the most about memory; of a GRU the candidate carries h.
  const usual = known.includes("f") ? "f" : known[known.length - 1];
  const isOtherLayer =
    !selection ||
    !summary ||
    selection.layer !== next.layer ||
    selection.direction !== next.direction ||
    selection.network !== next.network;
  selection = { ...next, part: known.includes(next.part) ? next.part : usual };
  rememberView(selection);
  if (isOtherLayer) {
    summary = undefined;
    layers.ask(selection);
  }
  spectra.ask(selection);
  weights.input.ask(selection);
  weights.recurrent.ask(selection);
  showAbout();
}

function showAbout(): void {
  if (!state) return;
  const network = selection && networkOf(selection.network);
  render(headerView(state, network, run), header);
  if (!state.overview) {
    render(nothing, about);
    return;
  }
  const { networks, notes } = state.overview;
  const said = [
    ...notes,
    ...(network?.notes ?? []),
    ...(network?.untraceable ? [network.untraceable] : []),
  ];
  const chosen = selection;
  render(
    html`${
      networks.length > 1 && chosen
        ? html`<div class="controls">
            ${choose(
              "Network",
              networks.map(({ name }) => ({
                value: name,
                label: name === "" ? "(unnamed)" : name,
              })),
              chosen.network,
              (name) => {
                const other = networkOf(name);
                if (other) select({ ...placeIn(other, {}), part: "" });
              },
            )}
          </div>`
        : nothing
    }
    ${network ? questionsView(network, state.answers, answer) : nothing}
    ${said.map((note) => html`<p class="note">${note}</p>`)}
    ${
      network && chosen
        ? html`${networkView(network, chosen, (place) => select({ ...place, part: chosen.part }))}
            <h2 class="caption">
              Layer ${chosen.layer}, ${chosen.direction}
              <span class="unit">gate ${partInWords(chosen.part)}</span>
            </h2>
            ${
              summary
                ? html`${findingsView(summary)}
                  ${gatesTable({
                    summary,
                    selected: chosen.part,
                    choose: (part) => select({ ...chosen, part }),
                  })}`
                : html`<p class="note">Reading the weights…</p>`
            }`
        : nothing
    }`,
    about,
  );
}

function run(action: ModelAction): void {
  if (selection) host.call("run", { action, network: selection.network }).catch(fail);
}

function answer(answers: ModelAnswers): void {
  host.call("answer", answers).catch(fail);
}
