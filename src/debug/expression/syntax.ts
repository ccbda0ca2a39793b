/** What an expression consists of, with the characters that each part came from. */

export interface Range {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "^"
  | "<"
  | "<="
  | ">"
  | ">="
  | "=="
  | "!="
  | "&&"
  | "||";

export interface Slice extends Range {
  readonly kind: "slice";
  readonly start?: Node;
  readonly end?: Node;
}

export interface NameNode extends Range {
  readonly kind: "name";
  readonly name: string;
}

export interface CallNode extends Range {
  readonly kind: "call";
  readonly callee: NameNode;
  readonly arguments: readonly Node[];
}

export interface IndexNode extends Range {
  readonly kind: "index";
  readonly object: Node;
  readonly index: readonly (Node | Slice)[];
}

export interface MemberNode extends Range {
  readonly kind: "member";
  readonly object: Node;
  readonly property: NameNode;
}

export interface BinaryNode extends Range {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Node;
  readonly right: Node;
}

export interface UnaryNode extends Range {
  readonly kind: "unary";
  readonly operator: "-" | "!";
  readonly operand: Node;
}

export type Node =
  | ({ readonly kind: "number"; readonly value: number } & Range)
  | ({ readonly kind: "truth"; readonly value: boolean } & Range)
  | ({ readonly kind: "text"; readonly value: string } & Range)
  | NameNode
  | MemberNode
  | IndexNode
  | CallNode
  | UnaryNode
  | BinaryNode;
