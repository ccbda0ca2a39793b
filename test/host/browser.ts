/**
 * The browser in which the workbench is tested: a Chrome or Chromium of the machine when there is one, else
 * the one inside the npm package `@sparticuz/chromium`, which needs nothing from the system.
 */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { installOnDemand, type OnDemand } from "./onDemand.ts";
import { cleanEnvironment, run } from "./processes.ts";

const names = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome"];

const macApplications = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const embeddedChromium: OnDemand = {
  name: "chromium",
  title: "a headless Chromium",
  packages: ["@sparticuz/chromium@153.0.0"],
  finish: unpackChromium,
};

interface BrowserProgram {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts a headless browser; `UNROLL_BROWSER` names another program, or `embedded`. */
export async function launchBrowser(): Promise<Browser> {
  const { path, environment } = await findBrowser();
  return chromium.launch({
    executablePath: path,
    env: definedOnly({ ...cleanEnvironment(), ...environment }),
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-features=LocalNetworkAccessChecks",
    ],
  });
}

async function findBrowser(): Promise<BrowserProgram> {
  const wanted = process.env["UNROLL_BROWSER"];
  if (wanted && wanted !== "embedded") return { path: wanted, environment: {} };
  const own = wanted === "embedded" ? undefined : systemBrowser();
  if (own) return { path: own, environment: {} };
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      "No Chrome or Chromium was found. Install one, or name its program in UNROLL_BROWSER.",
    );
  }
  const folder = await installOnDemand(embeddedChromium);
  return {
    path: join(folder, "unpacked/chromium"),
    environment: {
      LD_LIBRARY_PATH: join(folder, "unpacked/al2023/lib"),
      ...(existsSync("/etc/fonts/fonts.conf")
        ? {}
        : { FONTCONFIG_PATH: join(folder, "unpacked/fonts") }),
    },
  };
}

function systemBrowser(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const candidates = [
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    ...macApplications,
  ];
  return candidates.find((path) => existsSync(path));
}

/**
 * The package unpacks into the folder for temporary files; this keeps what it unpacks beside the package,
 * with the libraries and fonts that it brings for machines that have none.
 */
async function unpackChromium(folder: string): Promise<void> {
  const unpacked = join(folder, "unpacked");
  await mkdir(unpacked);
  const script = `
    import { inflate } from "@sparticuz/chromium";
    const bin = "node_modules/@sparticuz/chromium/bin/";
    await Promise.all(["chromium.br", "fonts.tar.br", "al2023.tar.br"].map((name) => inflate(bin + name)));`;
  const { code, output } = await run(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: folder,
    environment: { TMPDIR: unpacked },
  });
  if (code !== 0) throw new Error(`Chromium could not be unpacked:\n${output}`);
  // The package's own list of font folders is absolute.
  await writeFile(
    join(unpacked, "fonts/fonts.conf"),
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`,
  );
}

function definedOnly(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}
