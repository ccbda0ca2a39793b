/** What a network's output stands for, where its shape does not tell; a model file never does, a run does. */
export type OutputMeaning =
  /** Labels without places (CTC): `blank` is the class that stands for none. */
  | { readonly kind: "labels"; readonly blank: number }
  /** Means, then logarithms of variances. */
  | { readonly kind: "gaussian" }
  /** What a decoder writes, until it writes token 0 or this many. */
  | { readonly kind: "written"; readonly mostTokens: number };
