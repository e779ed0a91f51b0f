// Drawing: elements, numbers as text, scales, axes. Nothing here knows what is measured.
'use strict';

const svgNamespace = 'http://www.w3.org/2000/svg';

/** An element with attributes and children; a string is text, null is nothing. */
function element(name, attributes = {}, ...children) {
  const isDrawn = ['svg', 'g', 'rect', 'line', 'path', 'text', 'title', 'circle'].includes(name);
  const made = isDrawn ? document.createElementNS(svgNamespace, name)
                       : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function digits(value) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** The value in the largest of the units [[size, name], ...] that it fills: three digits. */
function inUnits(value, units, smallest) {
  for (const [size, name] of units)
    if (Math.abs(value) >= size * 0.9995) return digits(value / size) + '\u202f' + name;
  return digits(value) + smallest;
}

const thousands = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']];
const times = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs']];

const shortNumber = (value) => inUnits(value, thousands, '');
const duration = (nanoseconds) => inUnits(nanoseconds, times, '\u202fns');
const grouped = (value) => Math.round(value).toLocaleString('en-US');
const factor = (value) => (value >= 1000 ? grouped(value) : digits(value)) + '×';

/** For a tick: without digits that say nothing. */
const plain = (text) => text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');

/** Round steps from 0 to `most` or a little more: [0, 20, 40]. */
function ticksTo(most, wanted) {
  const rough = most / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999);
  const ticks = [];
  for (let tick = 0; tick < most + step * 0.001; tick += step) ticks.push(tick);
  return ticks;
}

/** Powers of ten around a range. */
function decades(least, most) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(least)); 10 ** power < most * 10; ++power)
    ticks.push(10 ** power);
  return ticks;
}

function linear(from, to, start, end) {
  return (value) => start + (value - from) / (to - from || 1) * (end - start);
}

function logarithmic(from, to, start, end) {
  const scale = linear(Math.log(from), Math.log(to), start, end);
  return (value) => scale(Math.log(value));
}

const markers = [
  (x, y) => `M${x - 4},${y}a4,4 0 1,0 8,0a4,4 0 1,0 -8,0`,
  (x, y) => `M${x - 3.5},${y - 3.5}h7v7h-7z`,
  (x, y) => `M${x},${y - 4.6}l4.6,8h-9.2z`,
  (x, y) => `M${x},${y - 5}l5,5l-5,5l-5,-5z`,
  (x, y) => `M${x},${y + 4.6}l4.6,-8h-9.2z`,
];

function marker(kind, x, y, colour) {
  return element('path', {d: markers[kind % markers.length](x, y), fill: colour});
}

function polyline(points) {
  return points.map(([x, y], i) => (i === 0 ? 'M' : 'L') + x.toFixed(1) + ',' + y.toFixed(1))
      .join('');
}

/** Where labels of `height` go so that none covers another: each near its place, in its order. */
function spread(places, height, least, most) {
  const order = places.map((at, i) => ({at, i})).sort((a, b) => a.at - b.at);
  const found = new Array(places.length);
  let next = least;
  for (const label of order) {
    found[label.i] = Math.max(label.at, next);
    next = found[label.i] + height;
  }
  next = most;
  for (const label of order.reverse()) {
    found[label.i] = Math.min(found[label.i], next);
    next = found[label.i] - height;
  }
  return found;
}

/** Draws into the place, and anew when its width changes: so texts keep their size. */
function drawn(place, label, draw) {
  const sheet = element('div');
  place.append(sheet);
  let width = 0;
  const redraw = () => {
    const now = Math.floor(sheet.clientWidth);
    if (now === width || now < 40) return;
    width = now;
    const {height, parts} = draw(width);
    const svg = element('svg', {class: 'drawn', viewBox: `0 0 ${width} ${height}`, height,
                                role: 'img', 'aria-label': label}, ...parts);
    sheet.replaceChildren(svg);
  };
  redraw();
  new ResizeObserver(redraw).observe(sheet);
}

/** A frame for curves, with ticks [[value, text], ...] and the names of both axes. */
function frame(width, height, {left, right, x, y, xTicks, yTicks, xName, yName}) {
  const bottom = height - 40;
  const parts = [];
  for (const [value, text] of yTicks) {
    parts.push(element('line', {class: 'grid', x1: left, x2: width - right, y1: y(value),
                                y2: y(value)}),
               element('text', {x: left - 8, y: y(value) + 4, 'text-anchor': 'end'}, text));
  }
  let free = 0;  // of texts, from here on
  for (const [value, text] of xTicks) {
    parts.push(element('line', {class: 'axis', x1: x(value), x2: x(value), y1: bottom,
                                y2: bottom + 5}));
    const half = text.length * 3.6;
    const middle = Math.min(x(value), width - half);
    if (middle - half < free) continue;
    free = middle + half;
    parts.push(element('text', {x: middle, y: bottom + 18, 'text-anchor': 'middle'}, text));
  }
  parts.push(element('line', {class: 'axis', x1: left, x2: width - right, y1: bottom, y2: bottom}),
             element('text', {x: (left + width - right) / 2, y: height - 4,
                              'text-anchor': 'middle'}, xName),
             element('text', {x: 0, y: 12}, yName));
  return parts;
}
