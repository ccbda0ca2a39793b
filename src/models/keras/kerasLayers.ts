/**
 * The layers of a Keras model, in Keras's own terms, from its config (config.json of a .keras archive, the attribute
 * `model_config` of an .h5): a stack, or a graph whose layers name the ones that they read.
 */

export interface KerasLayer {
  readonly name: string;
  /** `LSTM`, `Bidirectional`, `Dense`. */
  readonly className: string;
  readonly config: KerasConfig;
  /** Names of the layers that it reads. */
  readonly inputs: readonly string[];
}

export type KerasConfig = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Undefined for a config that is no Sequential or Functional model. */
export function kerasLayers(config: unknown): readonly KerasLayer[] | undefined {
  if (!isRecord(config)) return undefined;
  const { class_name: className, config: inner } = config;
  // The first Keras 2 wrote a Sequential's layers without anything around them.
  const entries = Array.isArray(inner) ? inner : isRecord(inner) ? inner.layers : undefined;
  if (!Array.isArray(entries)) return undefined;
  const isStack = className === "Sequential";
  const layers: KerasLayer[] = [];
  for (const entry of entries as readonly unknown[]) {
    const layer = layerOf(entry);
    if (!layer) continue;
    const below = layers.at(-1);
    const inputs = isStack ? (below ? [below.name] : []) : inputsOf(entry);
    layers.push({ ...layer, inputs });
  }
  return layers;
}

/** A layer without what it reads: also one inside a wrapper. */
export function layerOf(entry: unknown): KerasLayer | undefined {
  if (!isRecord(entry) || !isRecord(entry.config)) return undefined;
  const { config } = entry;
  return {
    name: textOf(config.name) || textOf(entry.name),
    className: textOf(entry.class_name),
    config,
    inputs: [],
  };
}

/** Deeper than Keras nests the arguments of a layer. */
const maximumDepth = 8;

/**
 * Keras 3 writes a tensor as {"config": {"keras_history": ["lstm", 0, 0]}}, Keras 2 as ["lstm", 0, 0, {}], each somewhere
 * inside `inbound_nodes`.
 */
function inputsOf(entry: unknown): readonly string[] {
  const found = new Set<string>();
  const visit = (value: unknown, depth: number): void => {
    if (depth > maximumDepth) return;
    if (Array.isArray(value)) {
      if (typeof value[0] === "string" && typeof value[1] === "number") found.add(value[0]);
      else for (const item of value) visit(item, depth + 1);
      return;
    }
    if (isRecord(value)) for (const item of Object.values(value)) visit(item, depth + 1);
  };
  if (isRecord(entry)) visit(entry.inbound_nodes, 0);
  return [...found];
}

/** An activation by its name, however it was written down. */
export function activationOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (isRecord(value))
    return textOf(isRecord(value.config) ? value.config.name : "") || textOf(value.class_name);
  return "linear";
}
