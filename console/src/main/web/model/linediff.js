// The difference of two texts by lines: the longest common subsequence, after equal ends are taken
// off (Hunt and McIlroy, 1976, in its plain form). Policies have at most some thousand lines.
const CONTEXT_LINES = 3;

/** Returns the lines of both texts in order, as { sign: ' ', '-' or '+', text, line }. */
export function diff(before, after) {
  const a = before.split('\n');
  const b = after.split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) {
    head++;
  }
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) {
    tail++;
  }
  const middle = compare(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const same = (text) => ({ sign: ' ', text });
  const all = [
    ...a.slice(0, head).map(same),
    ...middle,
    ...a.slice(a.length - tail).map(same),
  ];
  let line = 0;
  return all.map((each) => ({ ...each, line: each.sign === '-' ? null : ++line }));
}

function compare(a, b) {
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1] + 1
          : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  const lines = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ sign: ' ', text: a[i++] });
      j++;
    } else if (j >= b.length
      || (i < a.length && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      lines.push({ sign: '-', text: a[i++] });
    } else {
      lines.push({ sign: '+', text: b[j++] });
    }
  }
  return lines;
}

/** Leaves out what is far from any change; `{ sign: '…' }` stands for it. */
export function hunks(lines) {
  const near = new Array(lines.length).fill(false);
  lines.forEach((line, at) => {
    if (line.sign !== ' ') {
      near.fill(true, Math.max(0, at - CONTEXT_LINES), at + CONTEXT_LINES + 1);
    }
  });
  const kept = [];
  lines.forEach((line, at) => {
    if (near[at]) {
      kept.push(line);
    } else if (kept.at(-1)?.sign !== '…') {
      kept.push({ sign: '…', text: '', line: null });
    }
  });
  return kept.some((line) => line.sign !== '…') ? kept : [];
}
