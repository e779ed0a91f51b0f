// Tables that sort, and their columns. Nothing here knows what is measured.
'use strict';

/** A table that sorts. Columns {title, of, text, isNumber}; a missing value comes last. */
function sortableTable(rows, columns) {
  const body = element('tbody');
  const lines = rows.map((row) => ({row, line: element('tr', {},
      ...columns.map((column) => element('td', column.isNumber ? {class: 'number'} : {},
                                         column.text(row))))}));
  body.append(...lines.map(({line}) => line));
  const heads = columns.map((column) => {
    const button = element('button', {type: 'button'}, column.title);
    const head = element('th', {scope: 'col', ...(column.isNumber ? {class: 'number'} : {})},
                         button);
    button.addEventListener('click', () => {
      const isDescending = head.getAttribute('aria-sort') === 'ascending' ||
          (column.isNumber && !head.hasAttribute('aria-sort'));
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', isDescending ? 'descending' : 'ascending');
      const order = ({row: a}, {row: b}) => {
        const [left, right] = [column.of(a), column.of(b)];
        if (left === null || right === null) return (left === null) - (right === null);
        const way = column.isNumber ? left - right : String(left).localeCompare(String(right));
        return isDescending ? -way : way;
      };
      body.append(...[...lines].sort(order).map(({line}) => line));
    });
    return head;
  });
  return element('table', {}, element('thead', {}, element('tr', {}, ...heads)), body);
}

const text = (title, of) => ({title, of, text: of});
const number = (title, of, show) =>
    ({title, of, isNumber: true, text: (row) => of(row) === null ? '–' : show(of(row), row)});
