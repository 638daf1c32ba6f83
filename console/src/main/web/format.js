// Numbers, durations and times as people read them. Nothing is ever rounded up to "all is well".
const NOTHING = '–';

function missing(value) {
  return value === null || value === undefined || Number.isNaN(value);
}

function digits(value, places) {
  return value.toLocaleString('en', {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
}

/** A whole number with its thousands apart. */
export function count(value) {
  return missing(value) ? NOTHING : digits(Math.round(value), 0);
}

/** Calls per second: `0.4/s`, `12.5/s`, `1,204/s`. */
export function rate(perSecond) {
  if (missing(perSecond)) {
    return NOTHING;
  }
  return `${digits(perSecond, perSecond < 100 && perSecond > 0 ? 1 : 0)}/s`;
}

/** A share of 1 as a percentage; 100 % only when it is. */
export function percent(share) {
  if (missing(share)) {
    return NOTHING;
  }
  if (share >= 1 || share <= 0) {
    return `${digits(share * 100, 0)} %`;
  }
  const places = share > 0.99 ? 2 : 1;
  const step = 10 ** (places + 2);
  const held = share > 0.5 ? Math.floor(share * step) / step : Math.ceil(share * step) / step;
  return `${digits(held * 100, places)} %`;
}

/** A duration given in microseconds: `850 µs`, `12.3 ms`, `1.20 s`. */
export function micros(value) {
  if (missing(value)) {
    return NOTHING;
  }
  if (value < 1_000) {
    return `${digits(value, 0)} µs`;
  }
  if (value < 1_000_000) {
    return `${digits(value / 1_000, value < 100_000 ? 1 : 0)} ms`;
  }
  return `${digits(value / 1_000_000, 2)} s`;
}

/** A duration given in milliseconds, as above. */
export function millis(value) {
  return missing(value) ? NOTHING : micros(value * 1_000);
}

/** Bytes: `300 B`, `64 KiB`, `1.0 MiB`, `2.5 GiB`. */
export function bytes(value) {
  if (missing(value)) {
    return NOTHING;
  }
  if (value < 1_048_576) {
    return value < 1_024 ? `${digits(value, 0)} B` : `${digits(Math.floor(value / 1_024), 0)} KiB`;
  }
  const mib = value / 1_048_576;
  return mib < 1_024 ? `${digits(mib, mib < 10 ? 1 : 0)} MiB` : `${digits(mib / 1_024, 1)} GiB`;
}

/** How long something is or was: `4 s`, `3 min`, `1 h 4 min`, `2 d 3 h`. */
export function span(valueMillis) {
  if (missing(valueMillis)) {
    return NOTHING;
  }
  const seconds = Math.max(0, Math.floor(valueMillis / 1_000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (seconds < 60) {
    return `${seconds} s`;
  }
  if (minutes < 60) {
    return `${minutes} min`;
  }
  return hours < 24
    ? `${hours} h ${minutes % 60} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The time of day of an instant in ISO 8601: `14:03:22.104`. */
export function clock(instant) {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) {
    return NOTHING;
  }
  const two = (n) => String(n).padStart(2, '0');
  const ms = String(at.getMilliseconds()).padStart(3, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`;
}

/** Date and time of an instant, to the second. */
export function moment(instant) {
  const at = new Date(instant);
  return Number.isNaN(at.getTime())
    ? NOTHING
    : `${at.toLocaleDateString('en-CA')} ${clock(instant).slice(0, 8)}`;
}

/** An amount of minor units with its currency. */
export function money(minor, currency) {
  if (missing(minor)) {
    return NOTHING;
  }
  try {
    const form = new Intl.NumberFormat('en', { style: 'currency', currency });
    return form.format(minor / 10 ** form.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${count(minor)} ${currency ?? ''}`;
  }
}

/** One thing or several: `1 node`, `3 nodes`. */
export function several(n, word) {
  return `${count(n)} ${word}${n === 1 ? '' : 's'}`;
}
