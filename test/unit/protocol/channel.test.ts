import { MessageChannel } from "node:worker_threads";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { UserError } from "../../../src/config/problem.ts";
import {
  connect,
  DisposedError,
  RemoteError,
  serve,
  type Client,
  type Handlers,
  type Server,
  type Transport,
} from "../../../src/protocol/channel.ts";
import { workerTransport } from "../../../src/protocol/workerTransport.ts";

interface Greeting {
  readonly calls: {
    greet: (request: { name: string }) => { text: string };
    fail: (request: { kind: "user" | "bug" | "text" | "unsendable" }) => null;
    wait: (request: null) => { aborted: boolean };
    answer: (request: null) => { f: unknown };
    double: (request: { values: ArrayBuffer }) => { values: ArrayBuffer; again: ArrayBuffer };
  };
  readonly events: { tick: { n: number }; tock: null };
}

const handlers: Handlers<Greeting> = {
  greet: ({ name }) => ({ text: `Hello, ${name}` }),
  fail({ kind }) {
    if (kind === "user") {
      throw new UserError("data", "row 7 is ragged", { place: { line: 7 }, advice: "mend it" });
    }
    if (kind === "bug") throw new TypeError("x is undefined");
    // oxlint-disable-next-line typescript/only-throw-error -- what a careless library may do
    if (kind === "text") throw "only text";
    throw Object.assign(new Error("cannot travel"), { details: { handler: () => {} } });
  },
  wait: (_, { signal }) =>
    new Promise((resolve) => {
      const answer = (): void => resolve({ aborted: signal.aborted });
      if (signal.aborted) answer();
      else signal.addEventListener("abort", answer);
    }),
  answer: () => ({ f: () => {} }),
  double({ values }) {
    const doubled = Float32Array.from(new Float32Array(values), (value) => value * 2).buffer;
    return { values: doubled, again: doubled };
  },
};

/** Both ends over a real message port, which clones as a worker does. */
function ends(): {
  client: Client<Greeting>;
  server: Server<Greeting>;
  near: Transport;
  sent: unknown[];
} {
  const { port1, port2 } = new MessageChannel();
  const sent: unknown[] = [];
  const port = workerTransport(port1);
  const near: Transport = {
    send(message, transfer) {
      sent.push(message);
      port.send(message, transfer);
    },
    listen: (onMessage) => port.listen(onMessage),
  };
  const client = connect<Greeting>(near);
  const server = serve<Greeting>(workerTransport(port2), handlers);
  onTestFinished(() => {
    client.dispose();
    server.dispose();
    port1.close();
    port2.close();
  });
  return { client, server, near, sent };
}

describe("a channel's calls", () => {
  it("are answered, each with its own answer", async () => {
    const { client } = ends();
    const names = ["Ada", "Kay", "Jürgen"];
    const answers = await Promise.all(names.map((name) => client.call("greet", { name })));
    expect(answers.map(({ text }) => text)).toEqual(names.map((name) => `Hello, ${name}`));
  });

  it("carry a UserError's details across", async () => {
    const { client } = ends();
    const error = await client.call("fail", { kind: "user" }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({
      name: "UserError",
      message: "row 7 is ragged",
      details: { code: "data", place: { line: 7 }, advice: "mend it" },
    });
  });

  it("answer every error: a bug, a thrown text, details that cannot be cloned", async () => {
    const { client } = ends();
    await expect(client.call("fail", { kind: "bug" })).rejects.toMatchObject({ name: "TypeError" });
    await expect(client.call("fail", { kind: "text" })).rejects.toThrow("only text");
    await expect(client.call("fail", { kind: "unsendable" })).rejects.toThrow("cannot travel");
  });

  it("reject when the response cannot be cloned, and when the request cannot", async () => {
    const { client } = ends();
    await expect(client.call("answer", null)).rejects.toThrow(/could not be cloned/);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- on purpose: a function is no text
    const request = { name: (() => {}) as unknown as string };
    await expect(client.call("greet", request)).rejects.toThrow(/could not be cloned/);
    await expect(client.call("greet", { name: "B" })).resolves.toEqual({ text: "Hello, B" });
  });

  it("reject a name that nobody answers, also one of Object's own", async () => {
    const { client } = ends();
    for (const name of ["nothing", "toString", "__proto__"]) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- on purpose: no such call
      await expect(client.call(name as "greet", { name })).rejects.toThrow(
        `Nothing here answers "${name}"`,
      );
    }
  });

  it("move buffers instead of copying them, there and back", async () => {
    const { client } = ends();
    const values = Float32Array.of(1, 2, 3).buffer;
    const answer = await client.call("double", { values });
    expect(values.byteLength).toBe(0);
    expect([...new Float32Array(answer.values)]).toEqual([2, 4, 6]);
    expect(answer.again).toBe(answer.values);
  });
});

describe("cancelling a call", () => {
  it("reaches the handler, whose answer still counts", async () => {
    const { client } = ends();
    const controller = new AbortController();
    const waiting = client.call("wait", null, { signal: controller.signal });
    await client.call("greet", { name: "meanwhile" });
    controller.abort();
    await expect(waiting).resolves.toEqual({ aborted: true });
  });

  it("reaches the handler when the signal was aborted before", async () => {
    const { client } = ends();
    await expect(client.call("wait", null, { signal: AbortSignal.abort() })).resolves.toEqual({
      aborted: true,
    });
  });

  it("reaches only the call that it belongs to", async () => {
    const { client } = ends();
    const [first, second] = [new AbortController(), new AbortController()];
    const settled: string[] = [];
    const calls = [
      client.call("wait", null, { signal: first.signal }).then(() => settled.push("first")),
      client.call("wait", null, { signal: second.signal }).then(() => settled.push("second")),
    ];
    second.abort();
    await calls[1];
    expect(settled).toEqual(["second"]);
    first.abort();
    await calls[0];
  });

  it("says nothing more after the answer", async () => {
    const { client, sent } = ends();
    const controller = new AbortController();
    await client.call("greet", { name: "A" }, { signal: controller.signal });
    controller.abort();
    expect(sent).toHaveLength(1);
  });

  it("happens to all running calls when the server is disposed", async () => {
    let aborted = false;
    const { port1, port2 } = new MessageChannel();
    let onStarted: (() => void) | undefined;
    const started = new Promise<void>((resolve) => (onStarted = resolve));
    const server = serve<Greeting>(workerTransport(port2), {
      ...handlers,
      wait: (_, { signal }) => {
        signal.addEventListener("abort", () => (aborted = true));
        onStarted?.();
        return new Promise(() => {});
      },
    });
    const client = connect<Greeting>(workerTransport(port1));
    const waiting = client.call("wait", null);
    await started;
    server.dispose();
    expect(aborted).toBe(true);
    client.dispose("done");
    await expect(waiting).rejects.toThrow("done");
    port1.close();
  });
});

describe("disposing a channel", () => {
  it("rejects all that is pending, and all that is asked later, with the reason", async () => {
    const { client } = ends();
    const pending = [client.call("wait", null), client.call("wait", null)];
    client.dispose("The worker stopped.");
    client.dispose("Not this reason.");
    for (const call of [...pending, client.call("greet", { name: "late" })]) {
      await expect(call).rejects.toBeInstanceOf(DisposedError);
      await expect(call).rejects.toThrow("The worker stopped.");
    }
  });

  it("lets go of the signals that its calls listened to", async () => {
    const { client, sent } = ends();
    const controller = new AbortController();
    const pending = client.call("wait", null, { signal: controller.signal });
    client.dispose();
    await expect(pending).rejects.toBeInstanceOf(DisposedError);
    controller.abort();
    expect(sent).toHaveLength(1);
  });
});

describe("a channel's events", () => {
  it("reach every listener until it unsubscribes", async () => {
    const { client, server } = ends();
    const [stays, leaves] = [vi.fn(), vi.fn()];
    client.on("tick", stays);
    const unsubscribe = client.on("tick", leaves);
    server.emit("tick", { n: 1 });
    await client.call("greet", { name: "after the first" });
    unsubscribe();
    server.emit("tick", { n: 2 });
    server.emit("tock", null);
    await client.call("greet", { name: "after the second" });
    expect(stays.mock.calls).toEqual([[{ n: 1 }], [{ n: 2 }]]);
    expect(leaves.mock.calls).toEqual([[{ n: 1 }]]);
  });

  it("keep their order with answers", async () => {
    const { client, server } = ends();
    const order: string[] = [];
    client.on("tick", ({ n }) => order.push(`tick ${n}`));
    server.emit("tick", { n: 1 });
    await client.call("greet", { name: "A" }).then(() => order.push("answer"));
    expect(order).toEqual(["tick 1", "answer"]);
  });

  it("count a listener as often as it was added", async () => {
    const { client, server } = ends();
    const listener = vi.fn();
    const unsubscribe = client.on("tick", listener);
    client.on("tick", listener);
    unsubscribe();
    unsubscribe();
    server.emit("tick", { n: 1 });
    await client.call("greet", { name: "A" });
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("reach the others when one listener throws", () => {
    const delivering: ((message: unknown) => void)[] = [];
    const client = connect<Greeting>({
      send: () => {},
      listen(onMessage) {
        delivering.push(onMessage);
        return () => {};
      },
    });
    const second = vi.fn();
    client.on("tick", () => {
      throw new Error("careless");
    });
    client.on("tick", second);
    expect(() => delivering[0]({ unroll: "event", name: "tick", payload: { n: 1 } })).toThrow(
      "careless",
    );
    expect(second).toHaveBeenCalledWith({ n: 1 });
  });

  it("end with the channel", async () => {
    const { client, server, near } = ends();
    const listener = vi.fn();
    client.on("tick", listener);
    client.dispose();
    server.emit("tick", { n: 1 });
    const other = connect<Greeting>(near);
    await other.call("greet", { name: "A" });
    expect(listener).not.toHaveBeenCalled();
  });
});

it("ignores what is not its own on a shared transport", async () => {
  const { client, near } = ends();
  for (const noise of [
    null,
    7,
    "text",
    {},
    { unroll: 3 },
    { unroll: "answer", id: 999 },
    { unroll: "cancel", id: 999 },
  ]) {
    near.send(noise);
  }
  await expect(client.call("greet", { name: "A" })).resolves.toEqual({ text: "Hello, A" });
});
