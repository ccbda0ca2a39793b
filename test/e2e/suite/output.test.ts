import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Probe } from "../../../src/host/api.ts";
import { inDialogs, replacing, textOf } from "./dialogs.ts";
import { activate, answering, trainFiles, until } from "./support.ts";
import { classifier, forecaster, writer } from "./trainings.ts";

type Settings = Readonly<Record<string, unknown>>;

async function withSettings(settings: Settings, work: () => Promise<void>): Promise<void> {
  const configuration = vscode.workspace.getConfiguration("unroll");
  const write = (value: (key: string) => unknown) =>
    Promise.all(
      Object.keys(settings).map((key) =>
        configuration.update(key, value(key), vscode.ConfigurationTarget.Workspace),
      ),
    );
  await write((key) => settings[key]);
  try {
    await work();
  } finally {
    await write(() => undefined);
  }
}

const outputs = (): readonly vscode.TextDocument[] =>
  vscode.window.visibleTextEditors
    .map(({ document }) => document)
    .filter(({ uri }) => uri.scheme === "unroll-output");

const tabs = (): readonly vscode.Tab[] =>
  vscode.window.tabGroups.all.flatMap((group) => group.tabs);

const closeAll = () => vscode.commands.executeCommand("workbench.action.closeAllEditors");

/** A progress notification whose Cancel is pressed as soon as the work has begun. */
const cancelAtOnce = (_: unknown, work: (...args: readonly unknown[]) => Promise<unknown>) => {
  const cancellation = new vscode.CancellationTokenSource();
  const working = work({ report() {} }, cancellation.token);
  cancellation.cancel();
  return working;
};

describe("Generate Text", () => {
  let runFolder: string;
  before(async () => {
    runFolder = await trainFiles(await activate(), "writer", writer("writer"));
  });
  afterEach(closeAll);

  const generate = () => vscode.commands.executeCommand("unroll.generate", runFolder);

  async function written(prompt: string): Promise<vscode.TextDocument> {
    await inDialogs(generate, (dialogs) => dialogs.type(prompt));
    const [document] = outputs();
    assert.ok(document, "no document was opened");
    return document;
  }

  it("writes on from a prompt, as long as the setting says, into a document that asks for no saving", async () => {
    await withSettings({ "generate.length": 40 }, async () => {
      const document = await written("the ship ");
      assert.ok(document.getText().startsWith("the ship "), document.getText());
      assert.equal(document.getText().length, "the ship ".length + 40);
      assert.equal(document.isDirty, false);
      assert.match(document.fileName, /writer\.txt$/);
    });
  });

  it("draws only from the top k, however hot", async () => {
    const settings = { "generate.length": 60, "generate.temperature": 10, "generate.topK": 1 };
    await withSettings(settings, async () => {
      const first = (await written("the ")).getText();
      await closeAll();
      assert.equal((await written("the ")).getText(), first, "the likeliest was not always taken");
    });
    const wild = { "generate.length": 60, "generate.temperature": 10 };
    await withSettings(wild, async () => {
      await closeAll();
      const first = (await written("the ")).getText();
      await closeAll();
      assert.notEqual((await written("the ")).getText(), first, "every draw was the same");
    });
  });

  it("begins by itself when nothing is typed", async () => {
    await withSettings({ "generate.length": 20 }, async () => {
      assert.equal((await written("")).getText().length, 20);
    });
  });

  it("opens what is written in ABC notation as notes too, beside the text", async () => {
    const files = writer("composer");
    const config = JSON.parse(files["unroll.json"]) as { data: object };
    const data = { ...config.data, notation: "abc" };
    const composer = await trainFiles(await activate(), "composer", {
      ...files,
      "unroll.json": JSON.stringify({ ...config, data }),
    });
    await inDialogs(
      () => vscode.commands.executeCommand("unroll.generate", composer),
      (dialogs) => dialogs.type("the "),
    );
    await until("the tunes' tab", () => tabs().some(({ label }) => label === "Unroll: Tunes"));
    assert.equal(outputs().length, 1);
    assert.notEqual(vscode.window.tabGroups.activeTabGroup.activeTab?.label, "Unroll: Tunes");
  });

  it("names a character that it does not know, and keeps what was typed", async () => {
    await withSettings({ "generate.length": 10 }, async () => {
      await inDialogs(generate, async (dialogs) => {
        const before = await dialogs.box();
        await dialogs.type("the 7 seas");
        const again = await until("the box to come back", async () => {
          const box = await dialogs.box();
          return box !== before && box;
        });
        assert.equal(again.value, "the 7 seas");
        assert.match(textOf(again.validationMessage), /does not know the character "7"/);
        await dialogs.type("the seas");
      });
      assert.equal(outputs()[0]?.getText().length, "the seas".length + 10);
    });
  });

  it("can be cancelled, and then opens nothing and complains of nothing", async () => {
    await withSettings({ "generate.length": 100_000 }, async () => {
      const seen = await answering([], () =>
        replacing({ withProgress: cancelAtOnce }, () =>
          inDialogs(generate, (dialogs) => dialogs.type("the ")),
        ),
      );
      assert.deepEqual(seen, []);
      assert.deepEqual(outputs(), []);
    });
  });
});

/** Answers how many rows with `rows`; returns what was offered, and every message. */
async function forecast(runFolder: string, rows: string | undefined) {
  let asked: vscode.InputBoxOptions | undefined;
  const showInputBox = async (options: vscode.InputBoxOptions) => {
    asked = options;
    return rows;
  };
  const seen = await answering([], () =>
    replacing({ showInputBox }, () => vscode.commands.executeCommand("unroll.forecast", runFolder)),
  );
  assert.ok(asked, "it was not asked how many rows");
  return { asked, seen };
}

describe("Forecast", () => {
  let probe: Probe;
  before(async () => {
    probe = await activate();
  });
  afterEach(closeAll);

  it("goes on beyond the table's end where it predicts all that it reads", async () => {
    const files = forecaster({ targets: ["temperature", "rain"] });
    const runFolder = await trainFiles(probe, "forecast", files);
    const { seen } = await forecast(runFolder, "5");
    assert.deepEqual(seen, []);
    const lines = outputs()[0]?.getText().trimEnd().split("\n") ?? [];
    assert.match(lines[0], /^step +temperature +rain$/);
    assert.equal(lines.length, 2 + 5, lines.join("\n"));
    for (const line of lines.slice(2)) {
      const [, temperature, rain] = line.trim().split(/\s+/).map(Number);
      // In the table's own units: temperatures of 2 to 18, rain of 0 to 6.
      assert.ok(temperature > -6 && temperature < 26 && rain > -4 && rain < 10, line);
    }
  });

  it("says which input it would have to know, and offers no more rows than it can", async () => {
    const runFolder = await trainFiles(probe, "refusal", forecaster({ targets: ["temperature"] }));
    const { asked, seen } = await forecast(runFolder, "3");
    assert.equal(asked.value, "1");
    assert.equal(seen.length, 1, JSON.stringify(seen));
    assert.match(seen[0].text, /one row ahead, not 3.*"rain" is an input.*data\.targets/);
    assert.deepEqual(outputs(), []);
    assert.deepEqual((await forecast(runFolder, "1")).seen, []);
    assert.equal(outputs().length, 1);
  });

  it("takes only numbers of rows that it can make", async () => {
    const runFolder = await trainFiles(probe, "rows", forecaster({ targets: ["temperature"] }));
    const { asked } = await forecast(runFolder, undefined);
    for (const wrong of ["0", "", "-1", "1.5", "1001", "many"]) {
      assert.match(textOf(await asked.validateInput?.(wrong)), /1 to 1000/, `"${wrong}"`);
    }
    assert.equal(await asked.validateInput?.("1000"), undefined);
  });
});

const showConfusion = (runFolder: string) =>
  answering([], () => vscode.commands.executeCommand("unroll.showConfusion", runFolder));

describe("Show Confusion", () => {
  let probe: Probe;
  before(async () => {
    probe = await activate();
  });
  afterEach(closeAll);

  it("shows what is taken for what, of the sequences that were held back", async () => {
    const seen = await showConfusion(await trainFiles(probe, "confusion", classifier));
    assert.deepEqual(seen, []);
    const text = outputs()[0]?.getText() ?? "";
    assert.match(text, /^moves: \d of 6 sequences that were never trained on are right/);
    assert.match(text, /taken for → +left +right +found/);
  });

  it("says why where nothing is told apart", async () => {
    const files = forecaster({ targets: ["temperature"] });
    const seen = await showConfusion(await trainFiles(probe, "confusion-of-numbers", files));
    assert.equal(seen.length, 1, JSON.stringify(seen));
    assert.deepEqual(outputs(), []);
  });
});
