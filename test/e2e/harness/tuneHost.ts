/** Answers the page that shows tunes with what a network might have written. */
import type { Handlers } from "../../../src/protocol/channel.ts";
import type { TuneContract } from "../../../src/protocol/tuneContract.ts";

const texts: Readonly<Record<string, string>> = {
  tunes: `X:1
T:The Network's Delight
R:jig
M:6/8
L:1/8
K:G
D|GABd2e|dBGA2B|cBAGFE|DEFG2D|
GABd2e|d^cda2g|fed^cAB|1d3d2:|2d3d2e||
|:g2ge>de|d2BA2G|gfgage|dBGA2??B|
cde(3fga&|gfed|cBAGFE|DEFG2:|

X:1
T:The Loss of Mallow
R:reel
M:C|
L:1/8
K:Ador
A2ABcBAG|EDEGA2AB|c2cdedcB|AGEGA4||
e2ede2ge|dBGBd2`,
  words: "In this room is no sun.",
};

export const tuneHandlers = (scenario: string): Handlers<TuneContract> => ({
  ready: () => ({ name: "folk tunes", text: texts[scenario] ?? texts.tunes }),
});
