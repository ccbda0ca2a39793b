/**
 * Serves every panel in the page that the host gives it, under the same content security policy, with
 * `fakeHost.ts` in the editor's place: `http://127.0.0.1:PORT/gates?theme=light&scenario=long`.
 */
import { build, type BuildOptions } from "esbuild";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { panelHtml, type PageKind, type PanelPlace } from "../../../src/host/panels/panelHtml.ts";

export interface HarnessServer {
  readonly url: string;
  close(): Promise<void>;
}

const root = new URL("../../../", import.meta.url).pathname;
const nonce = "harness";
const titles: Readonly<Record<PageKind, string>> = {
  timeline: "Timeline",
  gates: "Gates",
  gradients: "Gradients",
  curves: "Curves",
  model: "Model",
  tune: "Tunes",
};
export const isPanel = (name: string): name is PageKind => Object.hasOwn(titles, name);

export async function serveHarness(panels: readonly PageKind[]): Promise<HarnessServer> {
  const files = await bundle(panels);
  for (const name of ["codicon.css", "codicon.ttf"]) {
    files.set(`/${name}`, await readFile(`${root}node_modules/@vscode/codicons/dist/${name}`));
  }
  const server = createServer((request, response) => {
    const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://harness");
    const place = searchParams.get("place") === "editor" ? "editor" : "sideBar";
    const kind = path.slice(1);
    const body = isPanel(kind)
      ? page(kind, place, `http://${request.headers.host}`)
      : files.get(path);
    if (path === "/favicon.ico") response.writeHead(204).end();
    else if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": typeOf(path) }).end(body);
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function bundle(panels: readonly PageKind[]): Promise<Map<string, Uint8Array>> {
  const shared: BuildOptions = {
    bundle: true,
    platform: "browser",
    format: "iife",
    target: "es2022",
    mainFields: ["module", "main"],
    outdir: "/",
    logLevel: "warning",
  };
  const results = await Promise.all([
    build({
      ...shared,
      write: false,
      entryPoints: Object.fromEntries(
        panels.map((name) => [name, `${root}webview/${name}/main.ts`]),
      ),
    }),
    build({
      ...shared,
      write: false,
      entryPoints: { fakeHost: `${root}test/e2e/harness/fakeHost.ts` },
    }),
  ]);
  return new Map(
    results.flatMap((result) =>
      result.outputFiles.map((file) => [file.path, file.contents] as const),
    ),
  );
}

function page(kind: PageKind, place: PanelPlace, origin: string): string {
  const html = panelHtml({
    kind,
    place,
    title: titles[kind],
    source: origin,
    nonce,
    script: `${origin}/${kind}.js`,
    style: `${origin}/${kind}.css`,
    codicons: `${origin}/codicon.css`,
  });
  return html.replace(
    '<main id="panel">',
    `<script nonce="${nonce}" src="${origin}/fakeHost.js"></script><main id="panel">`,
  );
}

function typeOf(path: string): string {
  if (path.endsWith(".js")) return "text/javascript; charset=utf-8";
  if (path.endsWith(".css")) return "text/css; charset=utf-8";
  return path.endsWith(".ttf") ? "font/ttf" : "text/html; charset=utf-8";
}
