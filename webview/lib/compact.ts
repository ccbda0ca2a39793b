/**
 * Low or narrow views, such as those of a side bar, are compact: one line of title, one of controls,
 * and the picture fills the rest. An editor tab always has the full layout.
 */
const small = matchMedia("(max-width: 480px), (max-height: 480px)");

/** Whether the panel is an editor tab of its own; otherwise it is a view of the side bar or the panel. */
export const isEditorTab = (): boolean => document.body.dataset.place === "editor";

export const isCompact = (): boolean => small.matches && !isEditorTab();

/** Calls back after the view became compact, or stopped being so. */
export function onCompactChange(listener: () => void): void {
  small.addEventListener("change", listener);
}
