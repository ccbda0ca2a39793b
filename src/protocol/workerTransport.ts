/** A transport over a Node worker thread, the same on both sides: a `Worker`, or its `parentPort`. */
import type { Transport } from "./channel.ts";

/** What `Worker` and `MessagePort` of node:worker_threads have in common. */
export interface WorkerPort {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
  off(event: "message", listener: (message: unknown) => void): unknown;
}

export function workerTransport(port: WorkerPort): Transport {
  return {
    send(message, transfer) {
      port.postMessage(message, transfer);
    },
    listen(onMessage) {
      port.on("message", onMessage);
      return () => {
        port.off("message", onMessage);
      };
    },
  };
}
