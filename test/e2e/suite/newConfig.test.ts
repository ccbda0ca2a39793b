import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import * as vscode from "vscode";
import { templates } from "../../../src/config/templates.ts";
import { parseConfig } from "../../../src/config/validate.ts";
import { activate, freshFolder } from "./support.ts";

describe("New Config", () => {
  before(activate);

  for (const { id } of templates) {
    it(`writes a valid config from "${id}" and opens it`, async () => {
      const folder = vscode.Uri.file(await freshFolder(`new-${id}`));
      const uri = await vscode.commands.executeCommand<vscode.Uri>("unroll.newConfig", id, folder);
      assert.equal(uri.fsPath, vscode.Uri.joinPath(folder, "unroll.json").fsPath);
      const document = vscode.window.activeTextEditor?.document;
      assert.equal(document?.uri.fsPath, uri.fsPath);
      assert.equal(document?.languageId, "jsonc", "comments must be allowed");
      const { config, problems } = parseConfig(document.getText());
      assert.ok(config, JSON.stringify(problems));
    });
  }

  it("overwrites nothing: beside an existing config it asks for a name", async () => {
    const folder = await freshFolder("new-beside", { "unroll.json": "{ }" });
    const input = vscode.window as { showInputBox: unknown };
    const original = input.showInputBox;
    let asked: vscode.InputBoxOptions | undefined;
    input.showInputBox = async (options: vscode.InputBoxOptions) => {
      asked = options;
      return "second.unroll.json";
    };
    try {
      await vscode.commands.executeCommand(
        "unroll.newConfig",
        "synthetic-task",
        vscode.Uri.file(folder),
      );
    } finally {
      input.showInputBox = original;
    }
    assert.deepEqual((await readdir(folder)).sort(), ["second.unroll.json", "unroll.json"]);
    assert.match((await asked?.validateInput?.("second.unroll.json")) as string, /exists already/);
    assert.match((await asked?.validateInput?.("notes.txt")) as string, /\.unroll\.json/);
  });
});
