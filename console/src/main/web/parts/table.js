// A table that is sorted by its heads, scrolls by itself where it is too wide, and says what it is.
import { h } from '../dom.js';

/** The order of a table, as it is kept between two drawings. */
export function order(column, descending = false) {
  return { column, descending };
}

/**
 * Draws rows.
 *
 * @param caption what the table is, for those who hear the page
 * @param columns each with `head`, `cell(row)`, and where it applies `sort(row)` (by what it is
 *     sorted), `num` (a number, to the right), `wide` (left out where there is little room), `row`
 *     (names the row)
 * @param keyOf tells rows apart
 * @param by what {@link order} made, changed by clicks on heads; null for the order as given
 * @param redraw called after such a click
 * @param empty what to say when there are no rows
 * @param rowClass the class of a row, if any
 */
export function table({ caption, columns, rows, keyOf, by = null, redraw, empty, rowClass }) {
  const sorted = by ? sort(rows, columns[by.column], by.descending) : rows;
  return h('div', { class: 'scroll', role: 'region', 'aria-label': caption, tabindex: 0 },
    h('table', null,
      h('caption', { class: 'hidden' }, caption),
      h('thead', null, h('tr', null,
        columns.map((column, at) => head(column, at, by, redraw)))),
      h('tbody', null,
        sorted.map((row) =>
          h('tr', { key: `row ${keyOf(row)}`, class: rowClass?.(row) },
            columns.map((column) => cell(column, row)))),
        rows.length === 0 &&
          h('tr', { key: 'none' }, h('td', { colspan: columns.length, class: 'none' }, empty)))));
}

function classes(column) {
  return [column.num && 'num', column.wide && 'wide', column.grow && 'grow']
    .filter(Boolean).join(' ');
}

function head(column, at, by, redraw) {
  const sorted = by?.column === at ? (by.descending ? 'descending' : 'ascending') : null;
  const sortable = by && column.sort;
  const flip = () => {
    by.descending = by.column === at ? !by.descending : Boolean(column.num);
    by.column = at;
    redraw();
  };
  return h('th', { scope: 'col', class: classes(column), 'aria-sort': sorted },
    sortable ? h('button', { class: 'sort', onclick: flip }, column.head) : column.head);
}

function cell(column, row) {
  return column.row
    ? h('th', { scope: 'row', class: classes(column) }, column.cell(row))
    : h('td', { class: classes(column) }, column.cell(row));
}

function sort(rows, column, descending) {
  const way = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const x = column.sort(a) ?? -Infinity;
    const y = column.sort(b) ?? -Infinity;
    return way * (typeof x === 'string'
      ? x.localeCompare(String(y), 'en', { numeric: true })
      : x - y);
  });
}
