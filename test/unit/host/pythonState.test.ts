/** Fetching weights through a debugger, with a debugger that knows what our expressions mean. */
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import recorded from "../../e2e/pythonDebugger/recording.json";
import { inputName, moduleName, type Recording } from "../../e2e/pythonDebugger/recording.ts";
import { fetchPythonState, type Evaluate } from "../../../src/host/models/pythonState.ts";

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString("base64");

interface FakeModule {
  readonly className: string;
  readonly tensors: Readonly<Record<string, Float32Array>>;
  readonly modules?: readonly unknown[];
}

/** Shows texts with quotes, as debugpy does, cut in their middle when they are longer than `limit`. */
function fakePython(module: FakeModule | { readonly refused: string }, limit = Infinity) {
  const asked: string[] = [];
  const evaluate: Evaluate = async (expression) => {
    asked.push(expression);
    const text = answer(expression);
    const half = limit / 2;
    return text.length > limit ? `${text.slice(0, half)}...${text.slice(-half)}` : text;
  };
  const answer = (expression: string): string => {
    const chunk = /\["(.*?)"\]\.detach\(\).*\[(\d+):(\d+)\]\.cpu/.exec(expression);
    if ("refused" in module) return `'${base64(JSON.stringify(module))}'`;
    if (chunk) {
      const [, name, from, to] = chunk;
      const bytes = new Uint8Array(module.tensors[name].buffer);
      return `'${base64(bytes.subarray(Number(from), Number(to)))}'`;
    }
    const tensors = Object.entries(module.tensors).map(([name, { length }]) => [
      name,
      "torch.float32",
      [length],
      4 * length,
    ]);
    return `'${base64(JSON.stringify({ modules: [], ...module, tensors }))}'`;
  };
  return { evaluate, asked };
}

const numbers = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, index) => Math.sin(index));

const complaining: Evaluate = async () => "NameError: name 'model' is not defined";

describe("a module in a paused Python program", () => {
  it("is fetched whole, in chunks that the debugger does not cut", async () => {
    const weight = numbers(30_001);
    const module = {
      className: "torch.nn.modules.rnn.RNN",
      tensors: { weight_hh_l0: weight, bias: numbers(3) },
      modules: [["RNN", "relu", true]],
    };
    const { evaluate, asked } = fakePython(module, 65_536);
    const shares: number[] = [];
    const state = await fetchPythonState("self.rnn", evaluate, {
      onProgress: (share) => shares.push(share),
    });
    expect(state).toMatchObject({
      className: "torch.nn.modules.rnn.RNN",
      nonlinearity: "relu",
      batchFirst: true,
    });
    expect(state.tensors.map(({ name, shape }) => [name, shape])).toEqual([
      ["weight_hh_l0", [30_001]],
      ["bias", [3]],
    ]);
    expect(new Float32Array(state.tensors[0].bytes)).toEqual(weight);
    // The listing, one answer that was cut, three in its place, and the bias.
    expect(asked).toHaveLength(1 + 1 + 3 + 1);
    expect(asked.every((expression) => expression.endsWith("(self.rnn)"))).toBe(true);
    expect(shares.at(-1)).toBe(1);
  });

  it("is fetched in few answers where the debugger gives them whole", async () => {
    const module = { className: "M", tensors: { w: numbers(800_000) } };
    const { evaluate, asked } = fakePython(module);
    const { tensors } = await fetchPythonState("model", evaluate);
    expect(new Float32Array(tensors[0].bytes)).toEqual(module.tensors.w);
    expect(asked).toHaveLength(1 + 2);
  });

  it("is only looked at: no expression assigns, calls itself on a file, or runs code", async () => {
    const { evaluate, asked } = fakePython({ className: "M", tensors: { w: numbers(2) } });
    await fetchPythonState("model", evaluate);
    for (const expression of asked) {
      expect(expression).not.toMatch(/[^=!<>]=[^=]|\b(?:exec|eval|open|setattr|load|save)\b/);
    }
  });

  it("may be a tensor", async () => {
    const { evaluate } = fakePython({ className: "torch.Tensor", tensors: { "": numbers(5) } });
    const { tensors } = await fetchPythonState("x", evaluate);
    expect(tensors).toMatchObject([{ name: "", shape: [5] }]);
  });

  it("is refused when it is something else, or Python complains, or the debugger cuts", async () => {
    const refused = fakePython({ refused: "dict" });
    await expect(fetchPythonState("config", refused.evaluate)).rejects.toThrow(
      "config is a dict, not a module or a tensor.",
    );
    await expect(fetchPythonState("model", complaining)).rejects.toThrow(
      "Python answered: NameError",
    );
    const { evaluate } = fakePython({ className: "M", tensors: { w: numbers(20) } });
    const cutting: Evaluate = async (expression) => {
      const whole = await evaluate(expression);
      return expression.includes(".cpu()") ? `${whole.slice(0, 9)}'` : whole;
    };
    await expect(fetchPythonState("model", cutting)).rejects.toThrow(UserError);
  });

  it("can be left in the middle", async () => {
    const { evaluate, asked } = fakePython({ className: "M", tensors: { w: numbers(900_000) } });
    const abort = new AbortController();
    const fetching = fetchPythonState("model", evaluate, {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await expect(fetching).rejects.toThrow();
    expect(asked).toHaveLength(2);
  });
});

const recording: Recording = recorded;

/** What the real debugpy answered; it has never heard of anything else. */
const debugpy: Evaluate = async (expression) => {
  const answer = recording.evaluate[expression];
  if (answer === undefined) throw new Error(`Record again: ${expression}`);
  return answer;
};

describe(`a program under the real debugger (${recording.madeBy})`, () => {
  it("gives every weight of a module bit for bit", async () => {
    const state = await fetchPythonState(moduleName, debugpy);
    expect(state).toMatchObject({ className: "__main__.Tagger", batchFirst: true });
    const fetched = state.tensors.map(({ name, bytes }) => [name, [...new Float32Array(bytes)]]);
    expect(Object.fromEntries(fetched)).toEqual(recording.numbers);
    expect(state.tensors[1]).toMatchObject({ name: "rnn.weight_hh_l0", shape: [24, 6] });
  });

  it("gives a tensor, and says what is none", async () => {
    const { tensors } = await fetchPythonState(inputName, debugpy);
    expect(tensors).toMatchObject([{ name: "", type: "torch.float32", shape: [2, 12, 3] }]);
    await expect(fetchPythonState("rate", debugpy)).rejects.toThrow(
      "rate is a float, not a module or a tensor.",
    );
  });
});
