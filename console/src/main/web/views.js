// All views, in the order of the navigation: the one place that knows them.
//
// A view is opened with the app and its place, and is { render() } with, where they apply,
// `title()`, `moved(place)` (it takes a new place itself) and `leave()`.
import { calls } from './views/calls.js';
import { doctor } from './views/doctor.js';
import { graph } from './views/graph.js';
import { journal } from './views/journal.js';
import { nodes } from './views/nodes.js';
import { orders } from './views/orders.js';
import { overview } from './views/overview.js';
import { policies } from './views/policies.js';
import { services } from './views/services.js';
import { sites } from './views/sites.js';
import { traces } from './views/traces.js';

export const VIEWS = [
  { name: 'overview', title: 'Overview', key: '1', open: overview },
  { name: 'graph', title: 'Graph', key: '2', open: graph },
  { name: 'services', title: 'Services', key: '3', open: services },
  { name: 'calls', title: 'Calls', key: '4', open: calls },
  { name: 'traces', title: 'Traces', key: '5', open: traces },
  { name: 'policies', title: 'Policies', key: '6', open: policies },
  { name: 'nodes', title: 'Nodes', key: '7', open: nodes },
  { name: 'sites', title: 'Sites', key: 's', open: sites },
  { name: 'orders', title: 'Orders', key: '8', open: orders },
  { name: 'doctor', title: 'Doctor', key: '9', open: doctor },
  { name: 'journal', title: 'Journal', key: '0', open: journal },
];
