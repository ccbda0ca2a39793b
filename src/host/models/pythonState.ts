/**
 * Weights out of a paused Python program, by nothing but expressions that its debugger evaluates: what a module holds, then
 * the bytes of each tensor in chunks, as base64. Nothing is assigned, called with an effect, or saved. Without `vscode`.
 */
import { UserError } from "../../config/problem.ts";

/** Evaluates a Python expression in the frame that the person looks at; the value as the debugger shows it. */
export type Evaluate = (expression: string) => Promise<string>;

export interface PythonTensor {
  /** In the state dict; empty for a tensor itself. */
  readonly name: string;
  /** `torch.float32` */
  readonly type: string;
  readonly shape: readonly number[];
  readonly bytes: ArrayBuffer;
}

export interface PythonState {
  /** `torch.nn.modules.rnn.LSTM` */
  readonly className: string;
  readonly tensors: readonly PythonTensor[];
  /** Of the first plain RNN in it. */
  readonly nonlinearity?: "tanh" | "relu";
  readonly batchFirst?: boolean;
}

/**
 * debugpy gives texts whole for the clipboard, as each answer takes about 40 ms whatever its size; where a debugger cuts
 * them, it does so after 65,536 characters. Base64 takes four for three bytes.
 */
const chunkSizes = { large: 3_000_000, small: 45_000 };
const mostBytes = 2 ** 30;

interface Listing {
  readonly className: string;
  readonly tensors: readonly (readonly [
    name: string,
    type: string,
    shape: readonly number[],
    bytes: number,
  ])[];
  readonly modules: readonly (readonly [
    kind: string,
    nonlinearity: string | null,
    batchFirst: boolean | null,
  ])[];
}

/** `variable` is an expression for a module or a tensor. Throws `UserError` for anything else, and when it is cancelled. */
export async function fetchPythonState(
  variable: string,
  evaluate: Evaluate,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (share: number) => void } = {},
): Promise<PythonState> {
  const listing = await list(variable, evaluate);
  const total = listing.tensors.reduce((sum, [, , , bytes]) => sum + bytes, 0);
  if (total > mostBytes) {
    throw new UserError("too-large", `${variable} holds ${Math.round(total / 1e6)} MB.`, {
      advice: "Save it with torch.save and open the file.",
    });
  }
  const tensors: PythonTensor[] = [];
  let done = 0;
  let chunkBytes = chunkSizes.large;
  for (const [name, type, shape, count] of listing.tensors) {
    const bytes = new Uint8Array(count);
    for (let from = 0; from < count;) {
      options.signal?.throwIfAborted();
      const to = Math.min(count, from + chunkBytes);
      const answer = await evaluate(chunkExpression(variable, name, from, to));
      const chunk = bytesOf(answer);
      if (chunk?.length !== to - from) {
        if (to - from <= chunkSizes.small) throw chunk ? cut(variable) : unexpected(answer);
        chunkBytes = chunkSizes.small;
        continue;
      }
      bytes.set(chunk, from);
      from = to;
      done += chunk.length;
      options.onProgress?.(done / Math.max(1, total));
    }
    tensors.push({ name, type, shape, bytes: bytes.buffer });
  }
  const recurrent = listing.modules.find(([kind]) => /^(RNN|LSTM|GRU)$/.test(kind));
  const plain = listing.modules.find(([kind]) => /^RNN(Cell)?$/.test(kind))?.[1];
  return {
    className: listing.className,
    tensors,
    ...((plain === "tanh" || plain === "relu") && { nonlinearity: plain }),
    ...(typeof recurrent?.[2] === "boolean" && { batchFirst: recurrent[2] }),
  };
}

async function list(variable: string, evaluate: Evaluate): Promise<Listing> {
  const answer = await evaluate(listingExpression(variable));
  const json = bytesOf(answer);
  if (!json) throw unexpected(answer);
  const listing = JSON.parse(new TextDecoder().decode(json)) as
    | Listing
    | { readonly refused: string };
  if (!("refused" in listing)) return listing;
  throw new UserError(
    "variable",
    `${variable} is a ${listing.refused}, not a module or a tensor.`,
    {
      advice: "Choose a torch.nn.RNN, LSTM or GRU, a module that contains one, or a tensor.",
    },
  );
}

const base64 = (bytes: string): string => `__import__("base64").b64encode(${bytes}).decode()`;

/** A module's state dict, or a tensor as a state dict of one. */
const tensorsOf = `(m.state_dict() if hasattr(m, "state_dict") else {"": m})`;

const listingExpression = (variable: string): string =>
  `(lambda m: ${base64(
    `__import__("json").dumps({` +
      `"className": type(m).__module__ + "." + type(m).__qualname__, ` +
      `"tensors": [[k, str(v.dtype), list(v.shape), v.numel() * v.element_size()] for k, v in ${tensorsOf}.items() if hasattr(v, "element_size")], ` +
      `"modules": [[type(x).__name__, getattr(x, "nonlinearity", None), getattr(x, "batch_first", None)] for x in (m.modules() if hasattr(m, "modules") else [])]` +
      `} if hasattr(m, "state_dict") or hasattr(m, "element_size") else {"refused": type(m).__name__}).encode()`,
  )})(${variable})`;

/** Cut on the device, so that only the chunk is copied from a GPU. */
const chunkExpression = (variable: string, name: string, from: number, to: number): string =>
  `(lambda m: ${base64(
    `${tensorsOf}[${pythonText(name)}].detach().reshape(-1).view(__import__("torch").uint8)[${from}:${to}].cpu().numpy().tobytes()`,
  )})(${variable})`;

/** JSON's escapes are Python's too, but for characters beyond the first plane, which stand for themselves. */
const pythonText = (text: string): string => JSON.stringify(text);

/** Undefined when the answer is something else than base64, or was cut in its middle. */
function bytesOf(answer: string): Uint8Array | undefined {
  // A text is shown with its quotes, except where the debugger takes it for the clipboard.
  const text = answer.trim().replace(/^(['"])(.*)\1$/s, "$2");
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text)
    ? Uint8Array.from(Buffer.from(text, "base64"))
    : undefined;
}

const unexpected = (text: string): UserError =>
  new UserError("debugger", `Python answered: ${text.slice(0, 200)}`, {
    advice: "The program must be paused, and the variable be in scope of the selected frame.",
  });

const cut = (variable: string): UserError =>
  new UserError("debugger", `The debugger did not give all of ${variable}.`, {
    advice: "Save it with torch.save and open the file.",
  });
