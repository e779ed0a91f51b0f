// Runs at the end of a report: what was drawn, whether it can be read, and whether it sorts.

const failures = [];
let checks = 0;
function check(holds, text) {
  ++checks;
  if (!holds) failures.push(text);
}

const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const box = (shape) => shape.getBoundingClientRect();

function checkPlots() {
  const figures = all('#throughput figure');
  check(figures.length === results.throughput.length, `${figures.length} throughput panels`);
  results.throughput.forEach((row, i) => {
    const bars = all('rect.bar', figures[i]);
    const cells = Object.entries(row.results);
    check(bars.length === cells.length, `${row.workload}: ${bars.length} bars`);
    check(bars.every((bar) => box(bar).width > 1), `${row.workload}: a bar has no width`);
    // The longest bar is that of the largest median.
    const byWidth = bars.map((bar) => box(bar).width);
    const shown = [...looks.keys()].filter((id) => row.results[id]);
    const largest = shown.reduce((a, b) =>
        row.results[b].median > row.results[a].median ? b : a);
    check(byWidth.indexOf(Math.max(...byWidth)) === shown.indexOf(largest),
          `${row.workload}: the longest bar is not that of ${largest}`);
  });
  check(all('#scaling .series').length === results.throughput.length, 'a scaling curve is missing');
  check(all('#scaling .ideal').length === 1, 'the ideal is missing');
  check(all('#latency figure').length === results.latency.length, 'a latency panel is missing');
  results.latency.forEach((row, i) => check(
      all('.series', all('#latency figure')[i]).length === Object.keys(row.results).length,
      'a latency curve is missing'));
  check(all('#memory .plot .series').length > 0, 'there is no curve of memory');
  for (const path of all('path.curve'))
    check(!/NaN|Infinity/.test(path.getAttribute('d')), 'a curve has no place: ' + path.outerHTML);
  for (const plot of all('svg.drawn')) checkTexts(plot);
}

/** Every text is inside its card, and none is upon another. */
function checkTexts(plot) {
  const name = plot.getAttribute('aria-label');
  const card = box(plot.closest('figure, .plot'));
  const texts = all('text', plot).filter((one) => one.textContent !== '');
  check(texts.length > 4, name + ': hardly a text');
  const boxes = texts.map((one) => ({text: one.textContent, ...box(one).toJSON()}));
  for (const one of boxes)
    check(one.left >= card.left && one.right <= card.right && one.top >= card.top &&
              one.bottom <= card.bottom, `${name}: "${one.text}" sticks out`);
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => check(
      a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 3 ||
          b.bottom <= a.top + 3, `${name}: "${a.text}" is upon "${b.text}"`)));
}

function column(table, title) {
  const heads = all('th', table);
  const at = heads.findIndex((head) => head.textContent === title);
  return {head: heads[at],
          cells: () => all('tbody tr', table).map((line) => line.cells[at].textContent)};
}

function isOrdered(values, before) {
  return values.every((value, i) => i === 0 || before(values[i - 1], value));
}

function checkSorting() {
  const table = document.querySelector('#figures table');
  const rows = all('tbody tr', table).length;
  check(rows > 50, rows + ' rows of figures');
  const amount = (text) => text === '–' ? null : parseFloat(text.replaceAll(',', ''));
  const median = column(table, 'median');
  const click = (of) => of.head.querySelector('button').click();
  click(median);
  check(median.head.getAttribute('aria-sort') === 'descending', 'median is not marked descending');
  check(isOrdered(median.cells().map(amount), (a, b) => a >= b), 'median does not descend');
  click(median);
  check(isOrdered(median.cells().map(amount), (a, b) => a <= b), 'median does not ascend');
  const workload = column(table, 'workload');
  click(workload);
  check(isOrdered(workload.cells(), (a, b) => a.localeCompare(b) <= 0), 'workload does not ascend');
  check(!median.head.hasAttribute('aria-sort'), 'two columns are marked as sorted');
  const ratio = column(table, 'over functional');
  click(ratio);
  const values = ratio.cells().map(amount);
  const known = values.filter((value) => value !== null);
  check(known.length > 0 && isOrdered(known, (a, b) => a >= b), 'ratios do not descend');
  check(values.slice(known.length).every((value) => value === null), 'what is missing is not last');
  check(all('tbody tr', table).length === rows, 'sorting lost a row');
}

/** Of WCAG 2. */
function contrast(one, other) {
  const light = (colour) => {
    const whole = colour.startsWith('color(') ? 1 : 255;  // of a mixed colour, and of a named one
    const [r, g, b] = colour.match(/[\d.]+/g).map((part) => part / whole)
        .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}

function checkColours() {
  check(matchMedia('(prefers-color-scheme: dark)').matches === (scheme === 'dark'),
        'the browser does not ask for ' + scheme);
  const page = getComputedStyle(document.body);
  const card = getComputedStyle(document.querySelector('figure')).backgroundColor;
  for (const [selector, behind, property] of [
         ['body', page.backgroundColor, 'color'], ['.legend', page.backgroundColor, 'color'],
         ['.tile span', card, 'color'], ['svg.drawn text', card, 'fill'],
         ['svg.drawn text.strong', card, 'fill'], ['nav a', page.backgroundColor, 'color']]) {
    const found = contrast(getComputedStyle(document.querySelector(selector))[property], behind);
    check(found >= 4.5, `${selector} has a contrast of ${found.toFixed(1)}`);
  }
  for (const bar of all('rect.bar')) {
    const {fill, opacity} = getComputedStyle(bar);
    if (opacity !== '1') continue;
    check(contrast(fill, card) >= 1.5, `a bar of ${fill} can hardly be seen`);
  }
}

function checkPage() {
  const page = document.documentElement;
  check(page.scrollWidth <= innerWidth, `${page.scrollWidth} wide, in a window of ${innerWidth}`);
  check(document.querySelector('.banner strong').textContent.startsWith('Equivalent: '),
        'the verdict is missing');
  check(all('.tile').length === 5, 'a key figure is missing');
  check(all('#method dt').length > 3, 'workloads are not explained');
  check(all('#changes tbody tr').length > 0 && !document.getElementById('changes').hidden,
        'the changes are missing');
  check(!/undefined|NaN|\[object/.test(document.querySelector('main').innerText),
        'a value has no text');
  for (const link of all('nav a:not([hidden])'))
    check(document.querySelector(link.getAttribute('href')), link.href + ' leads nowhere');
}

checkPage();
checkPlots();
checkSorting();
checkColours();
const tested = document.createElement('output');
tested.id = 'tested';
tested.textContent = failures.length === 0 ? `passed: ${checks} checks`
    : `${failures.length} of ${checks} failed: ` + failures.slice(0, 20).join('; ');
document.body.append(tested);
