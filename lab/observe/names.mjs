// Compares the names of metrics that rules and dashboards ask for with those that a Prometheus has.
//
// usage: node lab/observe/names.mjs http://127.0.0.1:9490
//
// What a recording rule makes counts as there: it may need data of hours. Exit code 1 when
// something is asked for that nobody offers.
import { readFileSync, readdirSync } from 'node:fs';

const deploy = new URL('../../deploy/', import.meta.url);
const prometheus = process.argv[2];
const WORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan', 'by', 'without', 'on',
  'ignoring', 'group_left', 'group_right', 'vector']);

async function api(path) {
  const answer = await fetch(prometheus + path);
  const body = await answer.json();
  if (body.status !== 'success') {
    throw new Error(`${path}: ${JSON.stringify(body)}`);
  }
  return body.data;
}

/** The names of metrics in an expression: what is left without texts, selectors and labels. */
export function namesIn(expression) {
  const bare = expression
    .replace(/"(?:[^"\\]|\\.)*"/g, ' ')
    .replace(/\{[^}]*\}/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ');
  const found = bare.matchAll(/[a-zA-Z_:][a-zA-Z0-9_:]*(?!\w)(?!\s*\()/g);
  return [...found].map(each => each[0]).filter(name => !WORDS.has(name.toLowerCase()));
}

/** Every expression of a dashboard, wherever it stands in it. */
function expressions(json) {
  if (json === null || typeof json !== 'object') {
    return [];
  }
  return Object.entries(json).flatMap(([key, value]) => {
    if (key === 'expr' && typeof value === 'string') {
      return [value];
    }
    const asked = key === 'query' && typeof value === 'string' &&
      value.match(/^label_values\((.*),[^,]*\)$/);
    return asked ? [asked[1]] : expressions(value);
  });
}

const asked = new Map();
function ask(expression, where) {
  for (const name of namesIn(expression)) {
    asked.set(name, where);
  }
}

// What a site offers once it is linked to another one; that it has such names the document says,
// which is held to the code.
const linked = ['weft_link_up', 'weft_link_policies_behind', 'weft_journal_orders',
  'weft_journal_age_seconds', 'weft_replica_age_seconds'];
const documented = readFileSync(new URL('../docs/METRICS.md', deploy), 'utf8');
const unknown = linked.filter(name => !documented.includes(`\`${name}\``));
unknown.forEach(name => console.error(`docs/METRICS.md knows nothing of ${name}`));
// Besides what rules record.
const recorded = new Set(['ALERTS', ...linked]);
let unwell = 0;
for (const group of (await api('/api/v1/rules')).groups) {
  for (const rule of group.rules) {
    ask(rule.query, `rule ${rule.name}`);
    if (rule.type === 'recording') {
      recorded.add(rule.name);
    }
    if (rule.health === 'err') {
      unwell++;
      console.error(`rule ${rule.name}: ${rule.lastError}`);
    }
  }
}
const dashboards = new URL('grafana/dashboards/', deploy);
for (const file of readdirSync(dashboards)) {
  const dashboard = JSON.parse(readFileSync(new URL(file, dashboards), 'utf8'));
  expressions(dashboard).forEach(each => ask(each, `dashboard ${file}`));
}

const offered = new Set(await api('/api/v1/label/__name__/values'));
const absent = [...asked].filter(([name]) => !offered.has(name) && !recorded.has(name));
absent.forEach(([name, where]) => console.error(`${name}, which ${where} asks for, is not offered`));
console.log(`${asked.size} names asked for, ${absent.length} not offered`);
process.exit(absent.length + unknown.length + unwell > 0 || asked.size < 20 ? 1 : 0);
