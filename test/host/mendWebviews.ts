/**
 * Mends a race in the page that hosts a webview in a browser. On the first visit it waits for its service
 * worker to take control; where several webviews load at once, and code-server's own worker does too, the
 * wait may never end and the webviews stay empty. In the embedded editor, which is always new, that was
 * every other start. Mended, the page looks again and again, and asks the worker to take control.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const pages = "out/vs/workbench/contrib/webview/browser/pre";

const registering = "navigator.serviceWorker.register(swPath)";

const asking = `const asking = setInterval(async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  if (!registration || registration.installing || registration.waiting) return;
  const { active } = registration;
  if (active?.state !== 'activated' || !active.scriptURL.endsWith(swPath)) return;
  if (navigator.serviceWorker.controller?.scriptURL !== active.scriptURL) {
    active.postMessage({ channel: 'claim' });
    return;
  }
  clearInterval(asking);
  resolve();
}, 50);`;

const claiming = `self.addEventListener("message", (event) => {
  if (event.data.channel === "claim") event.waitUntil(self.clients.claim());
});
`;

const script = /<script async type="module">([^]*?)<\/script>/;
const hash = /'sha256-[A-Za-z0-9+/=]+'/;

/** @param vscode The folder of VS Code inside the package. */
export async function mendWebviews(vscode: string): Promise<void> {
  await change(join(vscode, pages, "index.html"), mended);
  await change(join(vscode, pages, "service-worker.js"), (worker) => claiming + worker);
}

async function change(file: string, how: (text: string) => string): Promise<void> {
  await writeFile(file, how(await readFile(file, "utf8")));
}

/** The page's content security policy names the hash of its script. */
function mended(html: string): string {
  const [before, after, ...more] = html.split(registering);
  if (after === undefined || more.length > 0 || !hash.test(html)) {
    throw new Error("The page that hosts webviews is not the one that mendWebviews.ts knows.");
  }
  const changed = `${before}${asking}\n${registering}${after}`;
  const source = script.exec(changed)?.[1];
  if (source === undefined) throw new Error("The page that hosts webviews has no script.");
  const digest = createHash("sha256").update(source).digest("base64");
  return changed.replace(hash, () => `'sha256-${digest}'`);
}
