// Makes the dashboards of Grafana: node deploy/grafana/make.mjs [--check]
//
// A dashboard is rows of panels, a panel is a title, a unit and its queries; all else is the same
// for each, and stands here once. --check writes nothing, and fails when a file is another.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), 'dashboards');
const WIDTH = 24;
const HEIGHT = 8;
const SOURCE = { type: 'prometheus', uid: '${source}' };

/** A graph over time; queries are [expression, legend]. */
function graph(title, unit, ...queries) {
  return panel('timeseries', title, unit, queries, {
    options: { legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
      tooltip: { mode: 'multi', sort: 'desc' } },
    custom: { lineWidth: 2, fillOpacity: 8, showPoints: 'never', spanNulls: false },
  });
}

/** One number; it turns yellow and red at two thresholds. */
function number(title, unit, expression, warn, fail) {
  const steps = [['green', null], ['yellow', warn], ['red', fail]];
  return panel('stat', title, unit, [[expression, '']], {
    options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'area' },
    thresholds: { mode: 'absolute', steps: steps.map(([color, value]) => ({ color, value })) },
  });
}

function panel(type, title, unit, queries, { options, custom = {}, thresholds }) {
  return {
    type,
    title,
    datasource: SOURCE,
    targets: queries.map(([expr, legendFormat], at) => ({
      refId: String.fromCharCode(65 + at), expr, legendFormat, datasource: SOURCE,
    })),
    fieldConfig: { defaults: { unit, custom, ...(thresholds && { thresholds }) }, overrides: [] },
    options,
  };
}

/** Puts rows of panels side by side, each row as wide as the dashboard. */
function place(rows) {
  const panels = [];
  let y = 0;
  for (const row of rows) {
    const w = Math.floor(WIDTH / row.length);
    const h = row.every((each) => each.type === 'stat') ? HEIGHT / 2 : HEIGHT;
    row.forEach((each, at) =>
      panels.push({ id: panels.length + 1, gridPos: { x: at * w, y, w, h }, ...each }));
    y += h;
  }
  return panels;
}

function variable(name, label, metric) {
  return {
    name,
    label,
    type: 'query',
    datasource: SOURCE,
    query: { query: `label_values(${metric}, ${name})`, refId: name },
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
    sort: 1,
  };
}

function dashboard(uid, title, variables, rows) {
  return {
    uid,
    title,
    tags: ['weft'],
    editable: false,
    graphTooltip: 1,
    refresh: '5s',
    schemaVersion: 38,
    time: { from: 'now-30m', to: 'now' },
    timezone: 'browser',
    templating: {
      list: [
        { name: 'source', label: 'Source', type: 'datasource', query: 'prometheus' },
        ...variables,
      ],
    },
    links: [
      { title: 'Weft', type: 'dashboards', tags: ['weft'], keepTime: true, asDropdown: true },
    ],
    annotations: {
      list: [{
        name: 'Policies',
        datasource: SOURCE,
        expr: 'changes(max by (site) (weft_policy_epoch)[10s:]) > 0',
        titleFormat: 'epoch of {{site}}',
        enable: true,
        iconColor: 'blue',
      }],
    },
    panels: place(rows),
  };
}

const ERRORS = 'outcome!~"ok|Application"';

const DASHBOARDS = {
  overview: dashboard('weft-overview', 'Weft: overview', [], [
    [
      number('Calls', 'reqps', 'sum(service:weft_calls:rate1m)', 1e9, 2e9),
      number('Errors, 5 min', 'percentunit',
        'max(service:weft_call_errors:ratio_rate5m)', 0.001, 0.01),
      number('Slowest p99', 's', 'max(service:weft_call_seconds:p99_rate1m)', 0.25, 1),
      number('Nodes down', 'none', 'count(up{job="weft"} == 0) or vector(0)', 1, 1),
      number('Alerts', 'none', 'count(ALERTS{alertstate="firing"}) or vector(0)', 1, 1),
    ],
    [
      graph('Calls by service', 'reqps', ['service:weft_calls:rate1m', '{{service}}']),
      graph('Errors by service', 'percentunit',
        ['service:weft_call_errors:ratio_rate5m', '{{service}}']),
    ],
    [
      graph('p99 by service', 's', ['service:weft_call_seconds:p99_rate1m', '{{service}}']),
      graph('Load of instances, of what they take on', 'percentunit',
        ['service:weft_instance_load:ratio', '{{service}}']),
    ],
    [
      graph('Endpoints and those left out', 'none',
        ['max by (service) (weft_target_endpoints)', '{{service}}'],
        ['max by (service) (weft_target_ejected)', '{{service}} left out']),
      graph('Decisions', 'none',
        ['sum by (kind) (increase(weft_decisions_total[1m]))', '{{kind}}']),
    ],
  ]),
  service: dashboard('weft-service', 'Weft: service',
    [variable('service', 'Service', 'service:weft_calls:rate1m')], [
      [
        graph('Calls by operation', 'reqps',
          ['operation:weft_calls:rate1m{operation=~"(${service:regex})[.].*"}', '{{operation}}']),
        graph('Failures by kind', 'reqps',
          [`operation_outcome:weft_calls:rate1m{operation=~"($\{service:regex})[.].*", ${ERRORS}}`,
            '{{operation}} {{outcome}}']),
      ],
      [
        graph('p50 and p99', 's',
          ['operation:weft_call_seconds:p50_rate1m{operation=~"(${service:regex})[.].*"}',
            '{{operation}} p50'],
          ['operation:weft_call_seconds:p99_rate1m{operation=~"(${service:regex})[.].*"}',
            '{{operation}} p99']),
        graph('Attempts per call', 'none',
          ['service:weft_attempts_per_call:ratio_rate1m{service=~"$service"}', '{{service}}']),
      ],
      [
        graph('In flight and limit', 'none',
          ['sum by (service, instance) (weft_instance_in_flight{service=~"$service"})',
            '{{service}} on {{instance}}'],
          ['sum by (service, instance) (weft_instance_limit{service=~"$service"})',
            'limit of {{service}} on {{instance}}']),
        graph('Queue', 'none',
          ['sum by (service, instance) (weft_instance_queued{service=~"$service"})',
            '{{service}} on {{instance}}']),
      ],
      [
        graph('Breakers', 'none',
          ['max by (service, state) (weft_breakers{service=~"$service", state!="CLOSED"})',
            '{{service}} {{state}}']),
        graph('Retries, and those refused', 'ops',
          ['sum by (service) (rate(weft_retries_total{service=~"$service"}[1m]))', '{{service}}'],
          ['sum by (service) (rate(weft_retries_refused_total{service=~"$service"}[1m]))',
            '{{service}} refused']),
      ],
      [
        graph('Who calls', 'reqps',
          ['sum by (caller, operation) '
            + '(rate(weft_served_total{operation=~"(${service:regex})[.].*"}[1m]))',
            '{{caller}} → {{operation}}']),
      ],
    ]),
  nodes: dashboard('weft-nodes', 'Weft: nodes',
    [variable('instance', 'Node', 'weft_site_nodes')], [
      [
        graph('Heap', 'bytes',
          ['sum by (instance) (jvm_memory_used_bytes{area="heap", instance=~"$instance"})',
            '{{instance}}']),
        graph('Old generation', 'percentunit',
          ['instance:jvm_heap_old:ratio{instance=~"$instance"}', '{{instance}}']),
      ],
      [
        graph('Event-loop delay, p99', 's',
          ['instance:weft_event_loop_delay_seconds:p99_rate1m{instance=~"$instance"}',
            '{{instance}}']),
        graph('CPU of the process', 'percentunit',
          ['process_cpu_usage{instance=~"$instance"}', '{{instance}}']),
      ],
      [
        graph('Nodes that each sees', 'none',
          ['weft_site_nodes{instance=~"$instance"}', '{{instance}}']),
        graph('Epoch', 'none', ['weft_policy_epoch{instance=~"$instance"}', '{{instance}}']),
      ],
      [
        graph('Bytes that wait for a node', 'bytes',
          ['weft_peer_outbox_bytes{instance=~"$instance"}', '{{instance}} → {{node}}']),
        graph('Silence of the others', 's',
          ['weft_discovery_silence_seconds{instance=~"$instance"}', '{{instance}}']),
      ],
    ]),
  data: dashboard('weft-data', 'Weft: orders and events', [], [
    [
      number('Parked orders', 'none', 'max(weft_saga_parked)', 1, 1),
      number('Orders on their way', 'none', 'max(weft_saga_unfinished)', 1_000, 10_000),
      number('Oldest of them', 's', 'max(weft_saga_age_seconds)', 10, 60),
      number('Oldest event in an outbox', 's', 'max(weft_outbox_age_seconds)', 2, 10),
    ],
    [
      graph('Outbox', 'none', ['max by (service) (weft_outbox_events)', '{{service}}']),
      graph('Age of its oldest', 's',
        ['max by (service) (weft_outbox_age_seconds)', '{{service}}']),
    ],
    [
      graph('Events behind', 'none',
        ['max by (service, consumer) (weft_consumer_lag_events)', '{{service}} {{consumer}}']),
      graph('Failures at one event', 'none',
        ['max by (service, consumer) (weft_consumer_failed_attempts)', '{{service}} {{consumer}}']),
    ],
    [
      graph('Clients of the bridge', 'none', ['weft_bridge_clients', '{{instance}}']),
      graph('Streams of events', 'none', ['weft_event_streams', '{{instance}}']),
    ],
  ]),
};

const checks = process.argv.includes('--check');
let differ = 0;
mkdirSync(FOLDER, { recursive: true });
for (const [name, made] of Object.entries(DASHBOARDS)) {
  const path = join(FOLDER, `${name}.json`);
  const text = `${JSON.stringify(made, null, 2)}\n`;
  if (!checks) {
    writeFileSync(path, text);
  } else if (readFileSync(path, 'utf8') !== text) {
    differ++;
    console.error(`${path} is not what make.mjs makes: run node deploy/grafana/make.mjs`);
  }
}
process.exit(differ === 0 ? 0 : 1);
