/** The network from input to output: what is understood of it, and which recurrent layer is looked at. */
import { html, nothing, type TemplateResult } from "lit";
import type { LayerPlace, NetworkOverview } from "../../src/protocol/modelContract.ts";
import { formatCount } from "../lib/numbers.ts";
import { cellInWords, isSame } from "./words.ts";

export function networkView(
  network: NetworkOverview,
  selected: LayerPlace,
  choose: (place: LayerPlace) => void,
): TemplateResult {
  const { input, layers, output, name } = network;
  const top = layers[layers.length - 1];
  const width = top.hidden * top.directions.length;
  const hasHead = output.linear !== false;
  return html`<ol class="network" aria-label="The network, from input to output">
    <li class="block plain">
      ${
        input.kind === "dense"
          ? html`<b>Input</b><span>${formatCount(input.size)} numbers a step</span>`
          : html`<b>${input.embedding === undefined ? "One-hot tokens" : "Embedding"}</b>
              <span
                >${formatCount(input.vocabulary)}
                tokens${
                  input.embedding === undefined
                    ? nothing
                    : ` → ${formatCount(input.embedding)} numbers`
                }</span
              >`
      }
    </li>
    ${layers.map(
      (layer, index) =>
        html`<li class="block">
          <b>Layer ${index}: ${cellInWords(layer)}</b>
          <span
            >${formatCount(layer.inputSize)} → ${formatCount(layer.hidden)}
            units${layer.directions.length === 2 ? " in each direction" : nothing}</span
          >
          <span class="directions">
            ${layer.directions.map((direction) => {
              const place = { network: name, layer: index, direction };
              const isSelected = isSame(place, selected);
              return html`<button
                aria-pressed=${isSelected ? "true" : "false"}
                aria-label="Layer ${index}, ${direction}"
                @click=${() => choose(place)}
              >
                <span
                  class="codicon codicon-arrow-${direction === "forward" ? "right" : "left"}"
                  aria-hidden="true"
                ></span>
                ${direction}
              </button>`;
            })}
          </span>
        </li>`,
    )}
    ${
      output.norm
        ? html`<li class="block plain">
            <b>LayerNorm</b><span>${formatCount(width)} numbers</span>
          </li>`
        : nothing
    }
    <li class="block plain">
      <b>${hasHead ? "Linear" : "Output"}</b>
      <span
        >${
          hasHead ? `${formatCount(width)} → ${formatCount(output.size)}` : "h of the top layer"
        }${output.at === "last-step" ? ", at the last step" : nothing}</span
      >
    </li>
  </ol>`;
}
