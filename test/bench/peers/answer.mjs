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
      const times = [];
      const start = performance.now();
      for (let now = start; times.length === 0 || now - start < seconds * 1000;) {
        await kept.run();
        const then = now;
        now = performance.now();
        times.push(now - then);
      }
      times.sort((a, b) => a - b);
      say({ ms: times[times.length >> 1] });
    } catch (error) {
      say({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}
