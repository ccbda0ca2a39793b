/**
 * The peers' side of `peers.ts`: says the version, then answers each line, a workload with what is asked of it, with the
 * milliseconds that one run takes. What a peer cannot do is answered with `error`.
 */
import { createInterface } from "node:readline";

const say = (/** @type {unknown} */ message) =>
  process.stdout.write(`${JSON.stringify(message)}\n`);

/**
 * @param {string} version
 * @param {(workload: any) => Promise<() => unknown> | (() => unknown)} prepare makes what is then run and timed
 */
export async function answer(version, prepare) {
  say({ version });
  let kept = { key: "", run: /** @type {() => unknown} */ (() => {}) };
  for await (const line of createInterface({ input: process.stdin })) {
    const { seconds, ...workload } = JSON.parse(line);
    try {
      const key = JSON.stringify(workload);
      if (key !== kept.key) {
        kept = { key, run: await prepare(workload) };
        await kept.run();
      }
      let runs = 0;
      let elapsedMs = 0;
      for (const start = performance.now(); runs === 0 || elapsedMs < seconds * 1000; runs++) {
        await kept.run();
        elapsedMs = performance.now() - start;
      }
      say({ ms: elapsedMs / runs });
    } catch (error) {
      say({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}
