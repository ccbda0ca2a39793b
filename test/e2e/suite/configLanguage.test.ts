import assert from "node:assert/strict";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Problem } from "../../../src/config/problem.ts";
import { parseConfig } from "../../../src/config/validate.ts";
import { activate, freshFolder, ownDiagnostics, textAt, tinyConfig, until } from "./support.ts";

async function openConfig(
  folderName: string,
  text: string,
  fileName = "unroll.json",
): Promise<vscode.TextDocument> {
  const folder = await freshFolder(folderName, { [fileName]: text });
  const document = await vscode.workspace.openTextDocument(join(folder, fileName));
  await vscode.window.showTextDocument(document);
  return document;
}

const untilDiagnostics = (document: vscode.TextDocument, what: string, count: number) =>
  until(
    what,
    () => {
      const found = ownDiagnostics(document.uri);
      return found.length === count && found;
    },
    { seen: () => vscode.languages.getDiagnostics(document.uri) },
  );

describe("unroll.json in the editor", () => {
  before(activate);
  afterEach(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  it("is JSON with comments, also under another name", async () => {
    const document = await openConfig("language", `// a note\n${tinyConfig()}`, "lstm.unroll.json");
    assert.equal(document.languageId, "jsonc");
  });

  it("marks an unknown key at its characters, and nothing else", async () => {
    const document = await openConfig("unknown-key", tinyConfig().replace('"hidden"', '"hiden"'));
    const [diagnostic] = await untilDiagnostics(document, "the unknown key to be marked", 1);
    assert.equal(textAt(document, diagnostic), '"hiden"');
    assert.match(diagnostic.message, /hidden/);
    assert.equal(diagnostic.severity, vscode.DiagnosticSeverity.Error);
  });

  it("offers the nearest valid key as a quick fix that mends the config", async () => {
    const document = await openConfig("quick-fix", tinyConfig().replace('"hidden"', '"hiden"'));
    const [diagnostic] = await untilDiagnostics(document, "the unknown key to be marked", 1);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      diagnostic.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = actions.find(({ title }) => title.includes("hidden"));
    assert.ok(
      fix?.edit,
      `no fix among ${actions.map(({ title }) => title).join(", ") || "nothing"}`,
    );
    await vscode.workspace.applyEdit(fix.edit);
    assert.ok(parseConfig(document.getText()).config, document.getText());
    await untilDiagnostics(document, "the mark to go", 0);
  });

  it("marks mistakes while they are typed", async () => {
    const document = await openConfig("typing", tinyConfig());
    await untilDiagnostics(document, "a clean start", 0);
    const offset = document.getText().indexOf('"rnn"');
    const edit = new vscode.WorkspaceEdit();
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + 5));
    edit.replace(document.uri, range, '"rmn"');
    await vscode.workspace.applyEdit(edit);
    const [diagnostic] = await untilDiagnostics(document, "the wrong cell to be marked", 1);
    assert.equal(textAt(document, diagnostic), '"rmn"');
  });

  it("marks a data path that does not exist, when the config is opened", async () => {
    const text = JSON.stringify({
      data: { kind: "text", path: "missing.txt" },
      model: { layers: [{ cell: "gru", hidden: 4 }] },
    });
    const document = await openConfig("missing-data", text);
    const [diagnostic] = await untilDiagnostics(document, "the missing file to be marked", 1);
    assert.equal(textAt(document, diagnostic), '"missing.txt"');
    assert.match(diagnostic.message, /missing\.txt/);
  });

  it("says what is no JSON exactly once", async () => {
    const document = await openConfig("no-json", '{ "data": [ }');
    const found = await until("a syntax error", () => {
      const all = vscode.languages.getDiagnostics(document.uri);
      return all.length > 0 && all;
    });
    const places = found.map(({ range }) => `${range.start.line}:${range.start.character}`);
    assert.equal(new Set(places).size, places.length, JSON.stringify(found));
  });

  it("offers to train and step through above the file, with the number of parameters", async () => {
    const document = await openConfig("lens", tinyConfig());
    const titles = await until("the number of parameters", async () => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        "vscode.executeCodeLensProvider",
        document.uri,
        20,
      );
      const found = lenses.map(({ command }) => command?.title ?? "");
      return found.some((title) => title.includes("parameters")) && found;
    });
    assert.ok(
      titles.some((title) => title.includes("Train")),
      titles.join(" | "),
    );
    assert.ok(
      titles.some((title) => title.includes("Step through")),
      titles.join(" | "),
    );
    assert.ok(
      titles.some((title) => title.includes("Open timeline")),
      titles.join(" | "),
    );
    // RNN of 6 units on 2 inputs, one output: 6·2 + 6·6 + 6 + 6 + 6 + 1.
    assert.ok(
      titles.some((title) => title.startsWith("67 parameters")),
      titles.join(" | "),
    );
  });

  it("completes keys and values from the schema", async () => {
    const text =
      '{\n  "data": { "kind": "synthetic", "task": "adding" },\n  "model": { "layers": [{ "cell": "" }] }\n}';
    const document = await openConfig("completion", text);
    const at = document.positionAt(text.indexOf('"cell": "') + '"cell": "'.length);
    const labels = await until("completions", async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        "vscode.executeCompletionItemProvider",
        document.uri,
        at,
      );
      const found = list.items.map(({ label }) =>
        typeof label === "string" ? label : label.label,
      );
      return found.some((label) => label.includes("lstm")) && found;
    });
    for (const cell of ["rnn", "lstm", "gru"]) {
      assert.ok(
        labels.some((label) => label.includes(cell)),
        `${cell} is missing in ${labels.join(", ")}`,
      );
    }
  });

  it("explains a key on hover", async () => {
    const document = await openConfig("hover", tinyConfig());
    const at = document.positionAt(document.getText().indexOf('"hidden"') + 2);
    const text = await until("a hover", async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        "vscode.executeHoverProvider",
        document.uri,
        at,
      );
      const found = hovers.flatMap(({ contents }) =>
        contents.map((content) => (typeof content === "string" ? content : content.value)),
      );
      return found.length > 0 && found.join("\n");
    });
    assert.match(text, /Units in the hidden state/);
  });

  it("agrees with the problems that the command line would report", async () => {
    const text = tinyConfig().replace('"batch": 20', '"batch": -1');
    const document = await openConfig("agreement", text);
    const [diagnostic] = await untilDiagnostics(document, "the wrong number to be marked", 1);
    const [problem] = parseConfig(text).problems as readonly [Problem];
    assert.equal(document.offsetAt(diagnostic.range.start), problem.offset);
    assert.equal(diagnostic.message, problem.message);
  });
});
