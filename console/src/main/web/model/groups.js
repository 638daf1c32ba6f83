/** Puts what has the same key together, in the order of first appearance: a Map of lists. */
export function grouped(list, keyOf) {
  const groups = new Map();
  for (const one of list) {
    const key = keyOf(one);
    if (!groups.has(key)) {
      groups.set(key, []);
    }
    groups.get(key).push(one);
  }
  return groups;
}
