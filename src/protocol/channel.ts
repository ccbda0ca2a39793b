/**
 * The one way that two sides of Unroll talk: a worker and the host, a panel and the host.
 * Requests with one answer, events without, and cancellation, over any transport that can post a
 * message. What may be said is a `Contract` (workerContract.ts, panelContract.ts), so a missing handler does not compile.
 */
// oxlint-disable typescript/no-unsafe-type-assertion -- the contract types what crosses a boundary, and nothing else can

/** `calls` go from the client to the server and are answered; `events` go the other way and are not. */
export interface Contract {
  readonly calls: Record<string, (request: never) => unknown>;
  readonly events: Record<string, unknown>;
}

export interface Transport {
  /** `transfer` moves buffers instead of copying them, where the transport can. */
  send(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Returns a function that stops listening. */
  listen(onMessage: (message: unknown) => void): () => void;
}

type RequestOf<C extends Contract, K extends keyof C["calls"]> = Parameters<C["calls"][K]>[0];
type ResponseOf<C extends Contract, K extends keyof C["calls"]> = ReturnType<C["calls"][K]>;

export interface Client<C extends Contract> {
  /** Rejects with `RemoteError` when the far side threw, with `DisposedError` when the channel closed. */
  call<K extends keyof C["calls"] & string>(
    name: K,
    request: RequestOf<C, K>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<ResponseOf<C, K>>;
  on<K extends keyof C["events"] & string>(
    name: K,
    listener: (payload: C["events"][K]) => void,
  ): () => void;
  dispose(reason?: string): void;
}

export type Handlers<C extends Contract> = {
  readonly [K in keyof C["calls"]]: (
    request: RequestOf<C, K>,
    context: { readonly signal: AbortSignal },
  ) => ResponseOf<C, K> | Promise<ResponseOf<C, K>>;
};

export interface Server<C extends Contract> {
  emit<K extends keyof C["events"] & string>(name: K, payload: C["events"][K]): void;
  dispose(): void;
}

/** An error thrown on the far side, with the `details` that it carried (see `UserError`). */
export class RemoteError extends Error {
  override readonly name: string;
  readonly details: unknown;

  constructor(error: ErrorMessage) {
    super(error.message);
    this.name = error.name;
    this.details = error.details;
    if (error.stack !== undefined) this.stack = error.stack;
  }
}

export class DisposedError extends Error {
  override readonly name = "DisposedError";
}

interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly details?: unknown;
}

type Message =
  | {
      readonly unroll: "call";
      readonly id: number;
      readonly name: string;
      readonly request: unknown;
    }
  | { readonly unroll: "cancel"; readonly id: number }
  | { readonly unroll: "answer"; readonly id: number; readonly response: unknown }
  | { readonly unroll: "error"; readonly id: number; readonly error: ErrorMessage }
  | { readonly unroll: "event"; readonly name: string; readonly payload: unknown };

const isMessage = (value: unknown): value is Message =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as { unroll?: unknown }).unroll === "string";

/** The side that asks. */
export function connect<C extends Contract>(transport: Transport): Client<C> {
  interface Pending {
    readonly resolve: (response: never) => void;
    readonly reject: (error: Error) => void;
  }
  const pending = new Map<number, Pending>();
  const listeners = new Map<string, Set<(payload: never) => void>>();
  // A reloaded page is a new client on the same wire: no answer to the old one may reach it.
  let nextId = Math.floor(Math.random() * 2 ** 40);
  let closed: string | undefined;

  const settle = (id: number): Pending | undefined => {
    const entry = pending.get(id);
    pending.delete(id);
    return entry;
  };

  const stopListening = transport.listen((message) => {
    if (!isMessage(message)) return;
    if (message.unroll === "answer") settle(message.id)?.resolve(message.response as never);
    else if (message.unroll === "error") settle(message.id)?.reject(new RemoteError(message.error));
    else if (message.unroll === "event") {
      notify([...(listeners.get(message.name) ?? [])], message.payload as never);
    }
  });

  return {
    call(name, request, options) {
      return new Promise((resolve, reject) => {
        if (closed !== undefined) {
          reject(new DisposedError(closed));
          return;
        }
        const id = nextId++;
        const signal = options?.signal;
        const cancel = (): void => {
          // The far side decides what a cancelled call answers: a stopped training still has a result.
          if (pending.has(id)) transport.send({ unroll: "cancel", id } satisfies Message);
        };
        const release = (): void => signal?.removeEventListener("abort", cancel);
        pending.set(id, {
          resolve: (response) => (release(), resolve(response)),
          reject: (error) => (release(), reject(error)),
        });
        try {
          transport.send(
            { unroll: "call", id, name, request } satisfies Message,
            buffersIn(request),
          );
        } catch (error) {
          settle(id)?.reject(error as Error);
          return;
        }
        if (signal?.aborted) cancel();
        else signal?.addEventListener("abort", cancel, { once: true });
      });
    },
    on(name, listener) {
      // An entry of its own, so that a listener that is added twice is also removed once at a time.
      const entry = (payload: never): void => listener(payload);
      const entries = listeners.get(name) ?? new Set();
      listeners.set(name, entries.add(entry));
      return () => {
        entries.delete(entry);
      };
    },
    dispose(reason = "The connection was closed.") {
      if (closed !== undefined) return;
      closed = reason;
      stopListening();
      listeners.clear();
      for (const id of pending.keys()) settle(id)?.reject(new DisposedError(reason));
    },
  };
}

/** The side that answers. Every call is answered: with a response, or with the error that it threw. */
export function serve<C extends Contract>(transport: Transport, handlers: Handlers<C>): Server<C> {
  const running = new Map<number, AbortController>();
  let disposed = false;
  const post = (message: Message, transfer?: readonly ArrayBuffer[]): void => {
    if (!disposed) transport.send(message, transfer);
  };
  const postError = (id: number, error: unknown): void => {
    const described = describeError(error);
    try {
      post({ unroll: "error", id, error: described });
    } catch {
      // The details hold something that cannot be sent; the message always can.
      post({ unroll: "error", id, error: { ...described, details: undefined } });
    }
  };

  const answer = async (id: number, name: string, request: unknown): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
      if (!handler) throw new Error(`Nothing here answers "${name}".`);
      const response = await handler(request as never, { signal: controller.signal });
      post({ unroll: "answer", id, response }, buffersIn(response));
    } catch (error) {
      postError(id, error);
    } finally {
      running.delete(id);
    }
  };

  const stopListening = transport.listen((message) => {
    if (!isMessage(message)) return;
    if (message.unroll === "call") void answer(message.id, message.name, message.request);
    else if (message.unroll === "cancel") running.get(message.id)?.abort();
  });

  return {
    emit(name, payload) {
      post({ unroll: "event", name, payload }, buffersIn(payload));
    },
    dispose() {
      disposed = true;
      stopListening();
      for (const controller of running.values()) controller.abort();
      running.clear();
    },
  };
}

/** Every listener hears of it, whatever the others do; the first error is then the caller's. */
function notify(listeners: readonly ((payload: never) => void)[], payload: never): void {
  const errors: unknown[] = [];
  for (const listener of listeners) {
    try {
      listener(payload);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

function describeError(error: unknown): ErrorMessage {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const details = (error as { details?: unknown }).details;
  return { name: error.name, message: error.message, stack: error.stack, details };
}

/** Buffers directly inside a message, which the transport may move. Payloads are flat records. */
function buffersIn(value: unknown): readonly ArrayBuffer[] {
  if (typeof value !== "object" || value === null) return [];
  // A buffer may be moved only once, even when it is sent under two names.
  return [...new Set(Object.values(value).filter((item) => item instanceof ArrayBuffer))];
}
