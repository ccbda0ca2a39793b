/**
 * The JSON Schema (draft-07) that VS Code completes unroll.json from and shows on hover, made from
 * `configSchema`.
 *
 * It is looser than `configSchema` on purpose: nothing is required, nothing is excluded and no number has
 * bounds. Those mistakes are reported by `parseConfig` with what to write instead, and a schema that
 * forbids them as well would put two messages under every one.
 */
import { createSchemaTree, choicesOf, discriminatorOf, type SchemaNode } from "./schemaTree.ts";
import { templates } from "./templates.ts";

interface Snippet {
  readonly label: string;
  readonly description: string;
  readonly body: unknown;
}

/** What VS Code understands beyond draft-07. */
interface EditorNode extends SchemaNode {
  title?: string;
  markdownDescription?: string;
  markdownEnumDescriptions?: string[];
  defaultSnippets?: readonly Snippet[];
  allowComments?: boolean;
  allowTrailingCommas?: boolean;
}

export function configJsonSchema(): EditorNode {
  const root: EditorNode = createSchemaTree();
  root.title = "Unroll experiment";
  root.allowComments = true;
  root.allowTrailingCommas = true;
  root.defaultSnippets = templates.map(({ title, description, value }) => ({
    label: title,
    description,
    body: value,
  }));
  attachSnippets(root);
  visit(root, decorate);
  return root;
}

function visit(node: EditorNode, action: (node: EditorNode) => void): void {
  const children = [
    ...Object.values(node.properties ?? {}),
    ...(node.oneOf ?? []),
    ...(node.anyOf ?? []),
    ...(node.items ? [node.items] : []),
  ];
  for (const child of children) visit(child, action);
  action(node);
}

function decorate(node: EditorNode): void {
  const discriminator = discriminatorOf(node);
  if (node.oneOf) {
    // Exactly one has to match under oneOf, and without bounds several would.
    node.anyOf = node.oneOf;
    delete node.oneOf;
  }
  if (discriminator !== undefined) {
    const branches = node.anyOf ?? [];
    const lines = branches.map((branch) => {
      const field: SchemaNode = branch.properties?.[discriminator] ?? {};
      return `- \`${field.const}\`: ${field.description ?? branch.description ?? ""}`;
    });
    node.markdownDescription = [node.description ?? "", lines.join("\n")]
      .filter(Boolean)
      .join("\n\n");
    for (const branch of branches) {
      const field: EditorNode = branch.properties?.[discriminator] ?? {};
      field.markdownDescription ??= field.description ?? branch.description ?? "";
    }
  }
  if (node.description !== undefined)
    node.markdownDescription ??= withFacts(node, node.description);
  delete node.required;
  delete node.additionalProperties;
  delete node.minItems;
  delete node.minLength;
  delete node.maxLength;
  delete node.minimum;
  delete node.maximum;
  delete node.exclusiveMinimum;
  delete node.exclusiveMaximum;
}

/** The description, then what is allowed and what holds when the key is left out. */
function withFacts(node: SchemaNode, description: string): string {
  const facts: string[] = [];
  const choices = choicesOf(node);
  if (node.enum && choices)
    facts.push(`One of ${choices.map((choice) => `\`${choice}\``).join(", ")}.`);
  const isScalar = node.default !== undefined && typeof node.default !== "object";
  if (isScalar) facts.push(`Default: \`${JSON.stringify(node.default)}\`.`);
  return [description, facts.join(" ")].filter(Boolean).join("\n\n");
}

function attachSnippets(root: EditorNode): void {
  const { data, model, training } = (root.properties ?? {}) as Record<string, EditorNode>;
  data.defaultSnippets = templates.map(({ title, description, value }) => ({
    label: title,
    description,
    body: value.data,
  }));

  const layers = model.properties?.layers as EditorNode;
  const layer = layers.items as EditorNode;
  const cells = [
    {
      label: "LSTM layer",
      description: "Remembers over long delays.",
      body: { cell: "lstm", hidden: "${1:64}" },
    },
    {
      label: "GRU layer",
      description: "Like an LSTM with fewer weights.",
      body: { cell: "gru", hidden: "${1:64}" },
    },
    {
      label: "Vanilla RNN layer",
      description: "The plain recurrent cell; forgets quickly.",
      body: { cell: "rnn", hidden: "${1:64}" },
    },
  ].map((snippet) => ({ ...snippet, body: numeric(snippet.body) }));
  layer.defaultSnippets = cells;
  layers.defaultSnippets = cells.map(({ label, description, body }) => ({
    label: `One ${label}`,
    description,
    body: [body],
  }));

  const { optimizer, clip, earlyStopping, validation } = (training.properties ?? {}) as Record<
    string,
    EditorNode
  >;
  optimizer.defaultSnippets = [
    {
      label: "Adam",
      description: "A good first choice.",
      body: numeric({ kind: "adam", learningRate: "${1:0.002}" }),
    },
    {
      label: "SGD with momentum",
      description: "Plain gradient descent.",
      body: numeric({ kind: "sgd", learningRate: "${1:0.1}", momentum: "${2:0.9}" }),
    },
    {
      label: "RMSProp",
      description: "Scales each step by the recent size of its gradient.",
      body: numeric({ kind: "rmsprop", learningRate: "${1:0.002}" }),
    },
  ];
  clip.defaultSnippets = [
    {
      label: "Clip by norm",
      description: "Scale the whole gradient down to this length.",
      body: numeric({ norm: "${1:1}" }),
    },
    {
      label: "Clip by value",
      description: "Cut every component.",
      body: numeric({ value: "${1:5}" }),
    },
    { label: "No clipping", description: "Let gradients explode, to watch them.", body: {} },
  ];
  earlyStopping.defaultSnippets = [
    {
      label: "Stop when validation no longer improves",
      description: "After this many validations without a better loss.",
      body: numeric({ patience: "${1:5}" }),
    },
  ];
  validation.defaultSnippets = [
    {
      label: "Hold back a tenth",
      description: "Measured after every epoch.",
      body: numeric({ share: "${1:0.1}" }),
    },
  ];
}

/** A snippet's placeholder for a number: VS Code takes `^` in front of a text to mean "without quotes". */
function numeric(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key,
      typeof value === "string" && value.startsWith("${") ? `^${value}` : value,
    ]),
  );
}
