/**
 * Which tensor a heatmap shows: layer and direction come from the shared cursor, the part of the layer
 * and the order of its units are the panel's own.
 */
import { html, nothing, type TemplateResult } from "lit";
import { stepsOfTensor } from "../../src/trace/activeSteps.ts";
import type { Cursor, TraceSummary } from "../../src/protocol/traceSummary.ts";
import type { UnitOrder } from "../../src/trace/order.ts";
import {
  attentionWeights,
  gatesOf,
  inputTensor,
  layerTensor,
  partTitles,
  statesOf,
} from "../../src/trace/names.ts";
import type { Direction, ModelDescription } from "../../src/trace/trace.ts";
import { choose, type Choice } from "./controls.ts";
import { zoomIn, zoomOut, type KeyAction } from "./keyboard.ts";
import type { TensorHeader } from "./panelFrame.ts";
import { contains, type Span } from "./span.ts";

export interface TensorChoice {
  readonly trace: TraceSummary;
  readonly layer: number;
  readonly direction: Direction;
  readonly part: string;
  /** What else there is to choose from. */
  readonly parts: readonly Choice[];
  readonly tensor: string;
  /** H */
  readonly units: number;
  /** Steps at which it was computed: of an encoder or a decoder only a part of all. */
  readonly computed: Span;
}

/**
 * The tensor that the cursor and the wanted part amount to; the nearest that exists, and undefined
 * when the layer has none. `nameOf` turns an activation's name into the one that is shown, such as
 * its gradient's.
 */
export function tensorChoice(
  trace: TraceSummary,
  cursor: Pick<Cursor, "layer" | "direction">,
  wanted: {
    readonly part: string;
    readonly parts: (model: ModelDescription, layer: number) => readonly string[];
  },
  nameOf: (activation: string) => string = (name) => name,
): TensorChoice | undefined {
  const { layers } = trace.model;
  const layer = Math.min(cursor.layer, layers.length - 1);
  const { directions, hidden } = layers[layer];
  const direction = directions.includes(cursor.direction) ? cursor.direction : directions[0];
  const available = new Set(trace.tensors.map(({ name }) => name));
  const tensorOf = (part: string): string =>
    nameOf(isOfNoLayer(part) ? part : layerTensor(layer, direction, part));
  const parts = wanted.parts(trace.model, layer).filter((part) => available.has(tensorOf(part)));
  const part = parts.includes(wanted.part) ? wanted.part : parts[0];
  if (part === undefined) return undefined;
  return {
    trace,
    layer,
    direction,
    part,
    parts: parts.map((value) => ({ value, label: `${value} · ${partTitles[value]}` })),
    tensor: tensorOf(part),
    units: unitsOf(trace, part) ?? hidden,
    computed: computedSteps(trace, tensorOf(part)),
  };
}

function computedSteps(trace: TraceSummary, name: string): Span {
  const tensor = trace.tensors.find((each) => each.name === name);
  const [from, to] = tensor ? stepsOfTensor(trace, tensor) : [0, trace.steps];
  return { from, to };
}

/** What to say at a step at which the layer does nothing; undefined where it does. */
export function idleInWords(
  { layer, computed }: Pick<TensorChoice, "layer" | "computed">,
  t: number,
): string | undefined {
  if (contains(computed, t)) return undefined;
  return t < computed.from
    ? `Step ${t}: layer ${layer} is the decoder's and begins at step ${computed.from}, when the source has been read.`
    : `Step ${t}: layer ${layer} is the encoder's and has read the source, whose last step is ${computed.to - 1}.`;
}

const isOfNoLayer = (part: string): boolean => part === attentionWeights || part === inputTensor;

/** Attention has a row for each step of the source, and what is read one for each of its numbers. */
function unitsOf({ model, sourceSteps }: TraceSummary, part: string): number | undefined {
  if (part === attentionWeights) return sourceSteps;
  return part === inputTensor && model.input.kind === "dense" ? model.input.size : undefined;
}

/** Gates first, as a person asks for them to see what a cell decides; numbers that are read last. */
export const gatesThenStates = (model: ModelDescription, layer: number): readonly string[] => {
  const { cell } = model.layers[layer];
  const looks = model.decoder?.attention && layer >= model.decoder.firstLayer;
  return [
    ...gatesOf[cell],
    ...statesOf[cell],
    ...(looks ? [attentionWeights] : []),
    ...(model.input.kind === "dense" ? [inputTensor] : []),
  ];
};

/** States first: along them gradients travel. */
export const statesThenGates = (model: ModelDescription, layer: number): readonly string[] => {
  const { cell } = model.layers[layer];
  return [...statesOf[cell], ...gatesOf[cell]];
};

const orders: readonly (Choice & { readonly value: UnitOrder })[] = [
  { value: "index", label: "By index" },
  { value: "mean", label: "By mean" },
  { value: "variance", label: "By variance" },
  { value: "saturation", label: "By saturation" },
  { value: "peak", label: "By peak step" },
];

export interface TensorControls {
  readonly chosen: TensorChoice;
  readonly order: UnitOrder;
  /** What the list of parts is called. */
  readonly partLabel: string;
  /** Orders that mean nothing for this tensor. */
  readonly withoutOrders?: readonly UnitOrder[];
  readonly moveCursor: (to: Partial<Cursor>) => void;
  readonly choosePart: (part: string) => void;
  readonly chooseOrder: (order: UnitOrder) => void;
}

export function tensorControls(controls: TensorControls): TemplateResult {
  const { chosen, order, partLabel, withoutOrders = [], moveCursor } = controls;
  const { layers } = chosen.trace.model;
  const layerChoices = layers.map(({ cell, hidden }, layer) => ({
    value: String(layer),
    label: `${layer} · ${cell.toUpperCase()} ${hidden}`,
  }));
  const { directions } = layers[chosen.layer];
  const orderChoices = orders.filter(({ value }) => !withoutOrders.includes(value));
  return html`${choose("Layer", layerChoices, String(chosen.layer), (value) =>
    moveCursor({ layer: Number(value) }),
  )}
  ${
    directions.length > 1
      ? choose(
          "Direction",
          directions.map((direction) => ({ value: direction, label: direction })),
          chosen.direction,
          (value) => moveCursor({ direction: value === "reverse" ? "reverse" : "forward" }),
        )
      : nothing
  }
  ${choose(partLabel, chosen.parts, chosen.part, controls.choosePart)}
  ${choose("Order of units", orderChoices, order, (value) => {
    const found = orderChoices.find((choice) => choice.value === value);
    if (found) controls.chooseOrder(found.value);
  })}`;
}

/** The buttons beside a heatmap's name. */
export const heatmapActions = (key: (action: KeyAction) => void): TensorHeader["actions"] => [
  { icon: "zoom-in", label: "Zoom in (+)", click: () => key(zoomIn) },
  { icon: "zoom-out", label: "Zoom out (−)", click: () => key(zoomOut) },
  {
    icon: "screen-full",
    label: "Show all steps and units (0)",
    click: () => key({ kind: "reset" }),
  },
];
