/** Where the tokens of a text stand in its file, when what each stands for is known. */
import { placeIn, textFileOf } from "../data/files.ts";
import type { TextPlace } from "../data/split.ts";

/**
 * Undefined when a token stands for something that is not in the text as it is written, such as a word in small letters or a mark
 * of where a sentence begins.
 */
export function textPlaces(
  name: string,
  text: string,
  written: readonly string[],
): readonly TextPlace[] | undefined {
  const file = textFileOf(name, text);
  const places: TextPlace[] = [];
  let offset = 0;
  for (const piece of written) {
    const at = piece === "" ? -1 : text.indexOf(piece, offset);
    // Between words there may be blanks that no token stands for.
    if (at < 0 || text.slice(offset, at).trim() !== "") return undefined;
    places.push({ ...placeIn(file, at), length: piece.length });
    offset = at + piece.length;
  }
  return places;
}
