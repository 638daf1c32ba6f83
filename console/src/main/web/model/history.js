// What was, second by second, for as long as it is drawn: a ring of samples for each series.
const LENGTH_MAX = 180;
const GAP_MS = 5_000;

export class History {
  #series = new Map();

  /** Adds a sample to a series; after a gap a hole comes first, so that no line bridges it. */
  add(name, at, sample) {
    const series = this.of(name);
    const last = series.at(-1);
    if (last && at - last.at > GAP_MS) {
      series.push({ at: at - 1, hole: true });
    }
    series.push({ at, ...sample });
    series.splice(0, Math.max(0, series.length - LENGTH_MAX));
    this.#series.set(name, series);
  }

  /** Returns the samples of a series, the oldest first. */
  of(name) {
    return this.#series.get(name) ?? [];
  }

  /** Forgets series whose last sample is older than a time. */
  forget(before) {
    for (const [name, series] of this.#series) {
      if (series.at(-1).at < before) {
        this.#series.delete(name);
      }
    }
  }

  clear() {
    this.#series.clear();
  }
}
