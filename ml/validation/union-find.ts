/** Disjoint sets with path halving and union by size (Tarjan & van Leeuwen, J. ACM 31, 1984). */
export class UnionFind {
  private readonly parent: Int32Array;
  private readonly size: Int32Array;

  constructor(length: number) {
    this.parent = Int32Array.from({ length }, (_, i) => i);
    this.size = new Int32Array(length).fill(1);
  }

  /** The set's representative. */
  find(element: number): number {
    let at = element;
    while (this.parent[at] !== at) {
      this.parent[at] = this.parent[this.parent[at]!]!;
      at = this.parent[at]!;
    }
    return at;
  }

  union(a: number, b: number): void {
    let root = this.find(a);
    let other = this.find(b);
    if (root === other) return;
    if (this.size[root]! < this.size[other]!) [root, other] = [other, root];
    this.parent[other] = root;
    this.size[root]! += this.size[other]!;
  }
}
