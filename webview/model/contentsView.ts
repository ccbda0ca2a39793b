/** Everything else that the file holds: every tensor with its type and shape, and what the file says of itself. */
import { html, nothing, type TemplateResult } from "lit";
import type { ModelOverview } from "../../src/protocol/modelContract.ts";
import { formatCount, formatShape } from "../lib/numbers.ts";

export function contentsView(overview: ModelOverview): TemplateResult {
  const { tensors, tensorCount, metadata } = overview;
  const said = Object.entries(metadata);
  return html`<details class="contents" ?open=${overview.networks.length === 0}>
      <summary>${formatCount(tensorCount)} tensors in the file</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Tensors in the file">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Type</th>
              <th scope="col">Shape</th>
              <th scope="col">Read as</th>
            </tr>
          </thead>
          <tbody>
            ${tensors.map(
              ({ name, type, shape, usedAs }) =>
                html`<tr>
                  <td class="name">${name}</td>
                  <td>${type}</td>
                  <td>${formatShape(shape)}</td>
                  <td class=${usedAs === undefined ? "unused" : "name"}>${usedAs ?? "not used"}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${
        tensorCount > tensors.length
          ? html`<p class="note">And ${formatCount(tensorCount - tensors.length)} others.</p>`
          : nothing
      }
    </details>
    ${
      said.length === 0
        ? nothing
        : html`<details class="contents">
            <summary>Metadata</summary>
            <dl>
              ${said.map(
                ([key, value]) =>
                  html`<dt>${key}</dt>
                    <dd>${value}</dd>`,
              )}
            </dl>
          </details>`
    }`;
}
