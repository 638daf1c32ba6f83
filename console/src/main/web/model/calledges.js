// Calls between services as edges: by pair of services, from those by pair of nodes.
import { grouped } from './groups.js';

/** The caller of what nodes call for themselves, or for an operator who asks one. */
export const NODES = 'nodes';

/** Adds up the edges between two services over all nodes: rates add up, the slowest p99 counts. */
export function byService(edges) {
  const pairs = grouped(edges, (edge) => `${callerOf(edge)} ${edge.to}`);
  return [...pairs.values()].map((same) => {
    const perSecond = same.reduce((sum, edge) => sum + edge.perSecond, 0);
    const good = same.reduce((sum, edge) => sum + edge.perSecond * edge.success, 0);
    const between = same.filter((edge) => edge.fromNode !== edge.toNode);
    return {
      from: callerOf(same[0]),
      to: same[0].to,
      perSecond,
      success: perSecond > 0 ? good / perSecond : 1,
      p50Micros: Math.max(...same.map((edge) => edge.p50Micros ?? 0)),
      p99Micros: Math.max(...same.map((edge) => edge.p99Micros ?? 0)),
      secured: between.length > 0 && between.every((edge) => edge.secured),
      local: between.length === 0,
    };
  });
}

/** What a service asks of others in all; null when nothing. */
export function asks(edges, name) {
  const [all] = byService(edges
    .filter((edge) => edge.from === name && edge.from !== edge.fromNode)
    .map((edge) => ({ ...edge, to: 'others' })));
  return all ?? null;
}

function callerOf({ from, fromNode }) {
  return from === fromNode ? NODES : from;
}

/** How lively an edge is, in five steps, so that its flow does not jitter with its rate. */
export function liveliness(perSecond) {
  return perSecond <= 0 ? 0 : Math.max(1, Math.min(5, 1 + Math.floor(Math.log10(perSecond) + 0.5)));
}
