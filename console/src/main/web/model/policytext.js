// Reads and changes splits and faults in the text of the policies, and leaves the rest as it was
// written: comments, order and form are the operators'.
//
// It knows block mappings and lists, and flow values that end on their line; that is how policies
// are written. Where a text is not, it says so, and the operator edits by hand. Whatever comes out
// is checked by the node before it counts, so a mistake here changes nothing.

/** A text that is not written in a form that can be changed in place. */
export class HandMade extends Error {}

const ENTRY = /^(\s*)((?:- )*)\s*("[^"]*"|'[^']*'|[^\s:#'"{[][^:#]*?)\s*:(?:\s+(.*?))?\s*$/;
const NOTHING = /^\s*(#.*)?$/;

/** Returns the lines that say something, with how far they are indented and their key and value. */
function outline(text) {
  const lines = [];
  text.split('\n').forEach((raw, at) => {
    if (NOTHING.test(raw)) {
      return;
    }
    const indent = raw.length - raw.trimStart().length;
    const entry = ENTRY.exec(raw);
    const item = raw.trimStart().startsWith('- ');
    lines.push({
      at,
      indent,
      item,
      // What stands behind a dash is indented by the dash.
      keyIndent: item ? indent + 2 : indent,
      key: entry ? entry[3].replace(/^["']|["']$/g, '') : null,
      value: entry ? uncommented(entry[4] ?? '') : '',
      raw,
    });
  });
  return lines;
}

function uncommented(value) {
  return value.replace(/(^|\s)#.*$/, '').trim();
}

/** The lines below an entry: those that are indented further, or a list at its own indent. */
function below(lines, entry) {
  const from = lines.indexOf(entry) + 1;
  let to = from;
  while (
    to < lines.length &&
    (lines[to].indent > entry.keyIndent ||
      (lines[to].indent === entry.keyIndent && lines[to].item && !entry.item))
  ) {
    to++;
  }
  return lines.slice(from, to);
}

function child(lines, key) {
  const indent = Math.min(...lines.map((line) => line.indent));
  return lines.find((line) => line.keyIndent === indent && line.key === key);
}

/** Finds an entry by its path of keys; undefined when it is not there. */
function find(lines, path) {
  let scope = lines;
  let entry;
  for (const [depth, key] of path.entries()) {
    entry = child(scope, key);
    if (!entry) {
      return undefined;
    }
    if (entry.value.startsWith('{') && depth < path.length - 1) {
      throw new HandMade(`line ${entry.at + 1} holds ${key} in braces`);
    }
    scope = below(lines, entry);
  }
  return entry;
}

/** The items of a list, each as its lines. */
function items(lines, entry) {
  const all = below(lines, entry);
  if (entry.value !== '' && entry.value !== '[]' && entry.value !== 'none') {
    throw new HandMade(`line ${entry.at + 1} holds ${entry.key} in brackets`);
  }
  const groups = [];
  const indent = all[0]?.indent;
  for (const line of all) {
    if (line.item && line.indent === indent) {
      groups.push([]);
    }
    groups.at(-1)?.push(line);
  }
  return groups;
}

/** Reads a flow mapping of plain values, as `{1.0.0: 95%, 1.1.0: 5%}`. */
function flow(text) {
  const inner = /^\{(.*)\}$/.exec(text);
  if (!inner || /[{[]/.test(inner[1])) {
    throw new HandMade(`"${text}" is nested`);
  }
  const values = {};
  for (const part of inner[1].split(',').filter((each) => each.trim() !== '')) {
    const colon = part.indexOf(':');
    values[part.slice(0, colon).trim().replace(/["']/g, '')] = part.slice(colon + 1).trim();
  }
  return values;
}

function mapping(lines, entry) {
  if (entry.value !== '') {
    return flow(entry.value);
  }
  const values = {};
  for (const line of below(lines, entry)) {
    values[line.key] = line.value;
  }
  return values;
}

/** The fields of one item of a list, in block form or in braces. */
function fields(lines, group) {
  const first = group[0];
  const braces = /^\s*-\s+(\{.*\})\s*(#.*)?$/.exec(first.raw);
  if (braces) {
    return { of: (key) => nested(braces[1], key), entry: () => null };
  }
  const entry = (key) =>
    group.find((line) => line.keyIndent === first.keyIndent && line.key === key);
  return {
    of: (key) => {
      const found = entry(key);
      if (!found) {
        return undefined;
      }
      return found.value !== '' && !found.value.startsWith('{')
        ? found.value
        : mapping(lines, found);
    },
    entry,
  };
}

/** A field of braces that may hold further braces, one deep. */
function nested(text, key) {
  const found = new RegExp(`[{,]\\s*${key}:\\s*(\\{[^}]*\\}|[^,}]*)`).exec(text);
  return found ? (found[1].startsWith('{') ? flow(found[1]) : found[1].trim()) : undefined;
}

/**
 * Returns the routes of a service: each with its `match`, its `split` as percentages by version,
 * and what it goes `by`.
 */
export function routesOf(text, service) {
  const lines = outline(text);
  const entry = find(lines, ['services', service, 'routes']);
  if (!entry || entry.value === 'none') {
    return [];
  }
  return items(lines, entry).map((group) => {
    const of = fields(lines, group).of;
    const split = {};
    for (const [version, share] of Object.entries(of('split') ?? {})) {
      split[version] = Number.parseFloat(share);
    }
    return { match: of('match') ?? null, split, by: of('by') ?? null };
  });
}

/** Returns the faults of a service or an operation: match, percent, delay and abort as written. */
export function faultsOf(text, path) {
  const lines = outline(text);
  const entry = find(lines, [...path, 'faults']);
  if (!entry || entry.value === 'none') {
    return [];
  }
  return items(lines, entry).map((group) => {
    const { of } = fields(lines, group);
    return {
      match: of('match') ?? null,
      percent: of('percent') ?? null,
      delay: of('delay') ?? null,
      abort: of('abort') ?? null,
    };
  });
}

/** Returns the services that the text names. */
export function servicesOf(text) {
  return names(text, ['services']);
}

/** Returns the operations of a service that the text names. */
export function operationsOf(text, service) {
  return names(text, ['services', service, 'operations']);
}

function names(text, path) {
  const lines = outline(text);
  const entry = find(lines, path);
  const all = entry ? below(lines, entry) : [];
  const indent = Math.min(...all.map((line) => line.indent));
  return all.filter((line) => line.indent === indent && line.key).map((line) => line.key);
}

/** Returns whether any fault is written for a service or one of its operations. */
export function isFaulty(text, service) {
  return [[], ...operationsOf(text, service).map((name) => ['operations', name])].some(
    (path) => faultsOf(text, ['services', service, ...path]).length > 0);
}

/**
 * Returns the text with another split in one route of a service. A service without routes gets
 * one; `at` is the route's place among them.
 */
export function withSplit(text, service, at, split) {
  const written = `{${Object.entries(split).map(([v, share]) => `${v}: ${share}%`).join(', ')}}`;
  const lines = outline(text);
  const routes = find(lines, ['services', service, 'routes']);
  if (!routes || routes.value === 'none' || items(lines, routes).length === 0) {
    return withItem(text, ['services', service], 'routes', `- split: ${written}`);
  }
  const group = items(lines, routes)[at];
  const entry = group && fields(lines, group).entry('split');
  if (!entry) {
    throw new HandMade(`route ${at + 1} of ${service} is written in braces`);
  }
  const rows = text.split('\n');
  const comment = entry.value === '' ? '' : (/\s+#.*$/.exec(entry.raw)?.[0] ?? '');
  const head = entry.raw.slice(0, entry.raw.indexOf('split:'));
  const last = entry.value === '' ? (below(lines, entry).at(-1) ?? entry).at : entry.at;
  rows.splice(entry.at, last - entry.at + 1, `${head}split: ${written}${comment}`);
  return rows.join('\n');
}

/** Returns the text with one more fault for a service or an operation of it. */
export function withFault(text, path, fault) {
  const written = ['percent', 'delay', 'abort']
    .filter((key) => fault[key])
    .map((key) => `${key}: ${fault[key]}`)
    .join(', ');
  return withItem(text, path, 'faults', `- {${written}}`);
}

/** Returns the text without one fault. */
export function withoutFault(text, path, at) {
  const lines = outline(text);
  const entry = find(lines, [...path, 'faults']);
  const groups = items(lines, entry);
  const rows = text.split('\n');
  const group = groups[at];
  const from = groups.length === 1 ? entry.at : group[0].at;
  rows.splice(from, group.at(-1).at - from + 1);
  return rows.join('\n');
}

/** Adds an item to a list, and whatever is missing above it. */
function withItem(text, path, key, item) {
  const lines = outline(text);
  const rows = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const list = find(lines, [...path, key]);
  if (list && list.value !== '') {
    if (list.value !== 'none' && list.value !== '[]') {
      throw new HandMade(`line ${list.at + 1} holds ${key} in brackets`);
    }
    rows[list.at] = rows[list.at].replace(/:.*$/, ':');
  }
  if (list) {
    const last = below(lines, list).at(-1);
    const indent = last ? items(lines, list)[0][0].indent : list.keyIndent + 2;
    rows.splice((last ?? list).at + 1, 0, ' '.repeat(indent) + item);
    return `${rows.join('\n')}\n`;
  }
  return `${grown(rows, lines, path, key, item).join('\n')}\n`;
}

function grown(rows, lines, path, key, item) {
  let depth = path.length;
  while (depth > 0 && !find(lines, path.slice(0, depth))) {
    depth--;
  }
  const parent = depth > 0 ? find(lines, path.slice(0, depth)) : null;
  const inside = parent ? below(lines, parent) : lines;
  if (parent && parent.value !== '' && parent.value !== '{}') {
    throw new HandMade(`line ${parent.at + 1} holds ${parent.key} in braces`);
  }
  if (parent?.value === '{}') {
    rows[parent.at] = rows[parent.at].replace(/:.*$/, ':');
  }
  const own = parent ? parent.keyIndent + 2 : 0;
  let indent = inside.length > 0 && parent ? Math.min(...inside.map((line) => line.indent)) : own;
  const added = [];
  for (const missing of [...path.slice(depth), key]) {
    added.push(`${' '.repeat(indent)}${missing}:`);
    indent += 2;
  }
  added.push(' '.repeat(indent) + item);
  const after = inside.at(-1) ?? parent;
  rows.splice(after ? after.at + 1 : rows.length, 0, ...added);
  return rows;
}
