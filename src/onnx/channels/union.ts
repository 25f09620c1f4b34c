/** Sets of channels that have to be treated alike: a union-find over channels, and one over the blocks that they were made in. */
export class ChannelSets {
  private readonly parents: number[] = [];
  private readonly blocks: number[] = [];
  private readonly blockParents: number[] = [];
  private readonly reasons = new Map<number, string>();

  /** New channels that are made together, each a set of its own. */
  make(count: number): Int32Array {
    const first = this.parents.length;
    const block = this.blockParents.length;
    this.blockParents.push(block);
    for (let at = 0; at < count; at++) {
      this.parents.push(first + at);
      this.blocks.push(block);
    }
    return Int32Array.from({ length: count }, (_, at) => first + at);
  }

  /** Makes channels at the same places one. The lists are of one length. */
  join(a: Int32Array, b: Int32Array): void {
    for (const [at, one] of a.entries()) {
      const other = b[at] ?? one;
      const [x, y] = [rootOf(this.parents, one), rootOf(this.parents, other)];
      if (x !== y) this.parents[Math.max(x, y)] = Math.min(x, y);
      const [p, q] = [this.blockOf(one), this.blockOf(other)];
      if (p === q) continue;
      this.blockParents[Math.max(p, q)] = Math.min(p, q);
      const reason = this.reasons.get(p) ?? this.reasons.get(q);
      if (reason !== undefined) this.reasons.set(Math.min(p, q), reason);
    }
  }

  /** Says why these channels cannot be changed; the first reason of a block stays. */
  fix(ids: Int32Array, reason: string): void {
    for (const block of new Set(Array.from(ids, (id) => this.blockOf(id)))) if (!this.reasons.has(block)) this.reasons.set(block, reason);
  }

  rootOf(id: number): number {
    return rootOf(this.parents, id);
  }

  /** Stands for all that was made together with a channel or joined to that. */
  blockOf(id: number): number {
    return rootOf(this.blockParents, this.blocks[id] ?? 0);
  }

  reasonOf(block: number): string | null {
    return this.reasons.get(block) ?? null;
  }
}

function rootOf(parents: number[], at: number): number {
  let root = at;
  while (parents[root] !== root) root = parents[root] ?? root;
  for (let next = at; next !== root;) {
    const parent = parents[next] ?? root;
    parents[next] = root;
    next = parent;
  }
  return root;
}
