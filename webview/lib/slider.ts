/** A slider in the look of the editor, which has none of its own. */
import "./slider.css";
import { html, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { ref } from "lit/directives/ref.js";

export interface Slider {
  readonly label: string;
  /** The value in words, for who hears it. */
  readonly text: string;
  readonly title?: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  readonly moved: (value: number) => void;
}

export function slider({
  label,
  text,
  title = "",
  min,
  max,
  step,
  value,
  moved,
}: Slider): TemplateResult {
  const share = max > min ? (value - min) / (max - min) : 1;
  // The page's policy forbids styles that are written out.
  const fill = (input: Element | undefined): void => {
    if (input instanceof HTMLElement) input.style.setProperty("--share", String(share));
  };
  const onInput = (event: Event): void => {
    if (event.currentTarget instanceof HTMLInputElement) moved(event.currentTarget.valueAsNumber);
  };
  return html`<input
    class="slider"
    type="range"
    min=${min}
    max=${max}
    step=${step}
    ${ref(fill)}
    .value=${live(String(value))}
    aria-label=${label}
    aria-valuetext=${text}
    title=${title}
    @input=${onInput}
  />`;
}
