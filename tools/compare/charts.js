// The plots of a comparison: bars of throughput, scaling, latencies, memory.
'use strict';

/** How each runner looks: colour, marker, and the name beside its bar. */
function looksOf(runners) {
  const looks = new Map();
  const parallel = runners.filter((one) => one.kind === 'parallel');
  const peers = [...new Set(runners.filter((one) => one.kind === 'peer')
                                .map((one) => one.name.split(',')[0]))];
  for (const one of runners) {
    const workers = one.workers + (one.workers === 1 ? ' worker' : ' workers');
    if (one.kind === 'functional') {
      looks.set(one.id, {colour: 'var(--functional)', marker: 1, short: 'functional'});
    } else if (one.kind === 'parallel') {
      // The strongest colour is for the most workers.
      const at = parallel.indexOf(one);
      const share = Math.round(100 * (parallel.length === 1 ? 1 : at / (parallel.length - 1)));
      const colour = `color-mix(in srgb, var(--parallel-few), var(--parallel-many) ${share}%)`;
      const marker = at === 0 ? 0 : at === parallel.length - 1 ? 3 : 2 + at % 2 * 2;
      looks.set(one.id, {colour, marker, short: `parallel, ${one.workers}`});
    } else {
      const name = one.name.split(',')[0];
      looks.set(one.id, {colour: `var(--peer-${1 + peers.indexOf(name) % 3})`,
                         marker: 2 + 2 * (peers.indexOf(name) % 2), isFaint: one.workers === 1,
                         short: name + ', ' + one.workers});
    }
    Object.assign(looks.get(one.id), {name: one.kind === 'functional' ? 'functional VM'
        : one.kind === 'parallel' ? 'parallel VM, ' + workers : one.name});
  }
  return looks;
}

function legendEntry(look, isCurve) {
  const swatch = element('svg', {viewBox: '0 0 18 12', 'aria-hidden': 'true'});
  if (isCurve) {
    swatch.append(element('line', {x1: 0, x2: 18, y1: 6, y2: 6, stroke: look.colour,
                                   'stroke-width': 2,
                                   'stroke-dasharray': look.isFaint ? '4 2' : 'none'}),
                  marker(look.marker, 9, 6, look.colour));
  } else {
    swatch.append(element('rect', {width: 18, height: 12, rx: 2, fill: look.colour,
                                   opacity: look.isFaint ? 0.55 : 1}));
  }
  return element('span', {}, swatch, look.name);
}

/** The bars of one workload. */
function barPanel(place, row, looks) {
  const bars = [...looks].filter(([id]) => row.results[id])
                   .map(([id, look]) => ({...row.results[id], look}));
  const most = Math.max(...bars.map((bar) => bar.max));
  const labels = 12 + 6.4 * Math.max(...bars.map((bar) => bar.look.short.length));
  drawn(place, 'Throughput of ' + row.workload + ' in ' + row.unit, (width) => {
    const each = 26;
    const bottom = bars.length * each + 4;
    const x = linear(0, most, labels, width - (bars.some((bar) => bar.over_functional) ? 118 : 66));
    const parts = [];
    for (const tick of ticksTo(most, width < 320 ? 2 : 3)) {
      if (tick > most) continue;
      parts.push(element('line', {class: 'grid', x1: x(tick), x2: x(tick), y1: 0, y2: bottom}),
                 element('text', {x: x(tick), y: bottom + 16, 'text-anchor': 'middle'},
                         plain(shortNumber(tick))));
    }
    parts.push(element('line', {class: 'axis', x1: labels, x2: labels, y1: 0, y2: bottom}));
    bars.forEach((bar, i) => {
      const y = i * each + 4;
      const middle = y + 9;
      const over = bar.over_functional;
      const range = `M${x(bar.min)},${middle}H${x(bar.max)}` +
          `M${x(bar.min)},${middle - 3}v6M${x(bar.max)},${middle - 3}v6`;
      parts.push(
          element('g', {},
                  element('title', {}, `${bar.look.name}: ${grouped(bar.median)} ${row.unit}, ` +
                                           `${grouped(bar.min)} to ${grouped(bar.max)}`),
                  element('text', {x: labels - 8, y: middle + 4, 'text-anchor': 'end',
                                   class: 'strong'}, bar.look.short),
                  element('rect', {class: 'bar', x: labels, y,
                                   width: Math.max(x(bar.median) - labels, 1.5), height: 18,
                                   fill: bar.look.colour, opacity: bar.look.isFaint ? 0.55 : 1}),
                  element('path', {class: 'range-halo', d: range}),
                  element('path', {class: 'range', d: range}),
                  element('text', {class: 'strong halo', x: x(bar.max) + 7, y: middle + 4},
                          shortNumber(bar.median)),
                  over ? element('text', {x: width, y: middle + 4, 'text-anchor': 'end'},
                                 factor(over.median)) : null));
    });
    return {height: bottom + 20, parts};
  });
}

const gains = [
  {look: {colour: 'var(--gain)', marker: 0, name: 'gains from more workers'},
   has: (last) => last >= 1.1},
  {look: {colour: 'var(--same)', marker: 1, name: 'neither gains nor loses (within 10 %)'},
   has: (last) => last >= 0.9},
  {look: {colour: 'var(--loss)', marker: 2, name: 'loses'}, has: () => true},
];

/** Speed with n workers over that with one, for each row [{name, points: [[n, ratio, ...]]}]. */
function scalingPlot(place, curves, most) {
  const isLogarithmic = most > 8;
  const highest = Math.max(most, ...curves.flatMap((c) => c.points.map((p) => p[1]))) * 1.04;
  const lowest = isLogarithmic ? Math.min(0.5, ...curves.flatMap((c) => c.points.map((p) => p[1])))
                               : 0;
  const workers = curves[0].points.map((p) => p[0]);
  drawn(place, 'Scaling by number of workers', (width) => {
    const height = Math.max(360, 17 * curves.length + 110);
    const right = 34 + 6.8 * Math.max(...curves.map((curve) => curve.name.length + 6));
    const left = 44;
    const scale = isLogarithmic ? logarithmic : linear;
    const x = scale(1, most, left, width - right);
    const y = scale(lowest, highest, height - 40, 26);
    const yTicks = isLogarithmic ? [0.5, ...workers] : ticksTo(highest, most <= 2 ? 4 : 5);
    const parts = frame(width, height, {
      left, right, x, y, xName: 'workers, each with a core of its own',
      yName: 'throughput over that with 1 worker',
      xTicks: workers.map((n) => [n, String(n)]),
      yTicks: yTicks.filter((t) => t <= highest && t >= lowest)
                  .map((t) => [t, plain(factor(t))]),
    });
    parts.push(element('path', {class: 'ideal', d: polyline(workers.map((n) => [x(n), y(n)]))}));
    const names = [...curves.map((c) => c.name), 'ideal'];
    const lasts = [...curves.map((c) => c.points.at(-1)[1]), most];
    const places = spread(lasts.map((last) => y(last)), 16, 20, height - 46);
    curves.forEach((curve, i) => {
      const {look} = gains.find((gain) => gain.has(lasts[i]));
      const group = element('g', {class: 'series'},
          element('title', {}, curve.points.map(([n, ratio, least, largest]) =>
              `${curve.name}, ${n} workers: ${factor(ratio)} (${digits(least)} to ` +
              `${digits(largest)})`).join('\n')),
          element('path', {class: 'curve', stroke: look.colour,
                           d: polyline(curve.points.map((p) => [x(p[0]), y(p[1])]))}));
      for (const [n, ratio, least, largest] of curve.points.slice(1)) {
        group.append(element('line', {stroke: look.colour, opacity: 0.6, x1: x(n), x2: x(n),
                                      y1: y(least), y2: y(largest)}),
                     marker(look.marker, x(n), y(ratio), look.colour));
      }
      parts.push(group);
    });
    names.forEach((name, i) => {
      const start = width - right + 26;
      parts.push(element('path', {class: 'axis', fill: 'none',
                                  d: `M${width - right + 7},${y(lasts[i])}L${start - 4},` +
                                      places[i]}),
                 element('text', {class: i < curves.length ? 'strong' : '', x: start,
                                  y: places[i] + 4},
                         `${name}  ${factor(lasts[i])}`));
    });
    return {height, parts};
  });
}

/** Where a share stands: as far from 99 % to 99.9 % as from 90 % to 99 %. */
const nines = (share) => -Math.log10(Math.max(1 - share, 1e-7));

/** The distribution of one row of latencies, on the scale of all of them. */
function latencyPlot(place, row, looks, [least, most]) {
  const shown = [...looks].filter(([id]) => row.results[id]);
  const points = (id) => row.results[id].distribution.filter(([share]) => share < 1);
  const last = Math.max(3, ...shown.map(([id]) => nines(points(id).at(-1)[0])));
  drawn(place, 'Latencies of ' + row.workload, (width) => {
    const height = 330;
    const left = 58;
    const right = 14;
    const x = linear(0, last, left, width - right);
    const y = logarithmic(least, most, height - 40, 26);
    const xTicks = [[0, '0'], [0.5, '50 %'], [0.9, '90 %'], [0.99, '99 %'], [0.999, '99.9 %'],
                    [0.9999, '99.99 %'], [0.99999, '99.999 %']]
        .filter(([share]) => nines(share) <= last + 0.01);
    const parts = frame(width, height, {
      left, right, x: (share) => x(nines(share)), y, xTicks,
      xName: 'share of the round trips that took no longer',
      yName: 'time of a round trip',
      yTicks: decades(least, most).filter((t) => t >= least * 0.99 && t <= most * 1.01)
                  .map((t) => [t, plain(duration(t))]),
    });
    for (const [id, look] of shown) {
      const cell = row.results[id];
      const group = element('g', {class: 'series'},
          element('title', {}, `${look.name}: p50 ${duration(cell.p50_ns.median)}, p99 ` +
              `${duration(cell.p99_ns.median)}, p99.9 ${duration(cell.p999_ns.median)}`),
          element('path', {class: 'curve', stroke: look.colour,
                           'stroke-dasharray': look.isFaint ? '6 3' : 'none',
                           d: polyline(points(id).map(([s, t]) => [x(nines(s)), y(t)]))}));
      for (const share of [0.5, 0.99, 0.999]) {
        const found = points(id).find(([s]) => s === share);
        if (found) group.append(marker(look.marker, x(nines(share)), y(found[1]), look.colour));
      }
      parts.push(group);
    }
    return {height, parts};
  });
}

/** Bytes a process by the number of processes: rows of one workload, by size. */
function memoryPlot(place, rows, looks) {
  const sizes = rows.map((row) => row.size);
  const shown = [...looks].filter(([id]) => rows.some((row) => row.results[id]));
  const all = rows.flatMap((row) => Object.values(row.results).map((cell) => cell.max));
  const most = Math.max(...all) * 1.05;
  drawn(place, 'Memory of a process by number of processes', (width) => {
    const height = 330;
    const left = 58;
    const right = 40;
    const x = sizes.length > 1
        ? logarithmic(sizes[0], sizes.at(-1), left + 24, width - right)
        : () => (left + width - right) / 2;
    const y = linear(0, most, height - 40, 26);
    const parts = frame(width, height, {
      left, right, x, y, xName: 'processes', yName: 'bytes a process',
      xTicks: sizes.map((size) => [size, grouped(size)]),
      yTicks: ticksTo(most, 5).filter((t) => t <= most).map((t) => [t, grouped(t)]),
    });
    for (const [id, look] of shown) {
      const points = rows.filter((row) => row.results[id])
                         .map((row) => [row.size, row.results[id].median]);
      const group = element('g', {class: 'series'},
          element('title', {}, points.map(([size, bytes]) =>
              `${look.name}: ${grouped(bytes)} bytes a process among ${grouped(size)}`)
              .join('\n')),
          element('path', {class: 'curve', stroke: look.colour,
                           'stroke-dasharray': look.isFaint ? '6 3' : 'none',
                           d: polyline(points.map(([size, bytes]) => [x(size), y(bytes)]))}));
      for (const [size, bytes] of points)
        group.append(marker(look.marker, x(size), y(bytes), look.colour));
      parts.push(group);
    }
    return {height, parts};
  });
}
