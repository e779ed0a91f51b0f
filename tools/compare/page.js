// The page: what it says of the results, and where each plot and table goes.
'use strict';

const results = JSON.parse(document.getElementById('results').textContent);
const looks = looksOf(results.runners);
const runnerOf = new Map(results.runners.map((one) => [one.id, one]));
const part = (id, inside) => document.querySelector(`#${id} ${inside}`);
const cores = results.machine.processors;
const mostWorkers = results.runners.filter((one) => one.kind === 'parallel').at(-1);

const peerNames = () => [...new Set(results.runners.filter((one) => one.kind === 'peer')
                                        .map((one) => one.name.split(',')[0]))];

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const shareOfProcessor = median(results.machine.share_of_a_processor);

const sizeText = (row) => row.size_of === '' ? '' : `${grouped(row.size)} ${row.size_of}`;
const plural = (count, what) => `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;

/** Of each throughput row, the parallel runner's ratio of that name, where there is one. */
function ratiosOf(id, name) {
  return results.throughput
      .filter((row) => row.results[id]?.[name])
      .map((row) => ({name: row.workload, value: row.results[id][name].median}));
}

function intoVerdict() {
  const found = results.equivalence;
  const isGood = found.divergences === 0 && found.commits > 0 && results.failures.length === 0;
  const banner = element('div', {class: 'banner ' + (isGood ? 'good' : 'bad')});
  if (found.divergences === 0 && found.commits > 0) {
    banner.append(
        element('strong', {}, `Equivalent: ${grouped(found.commits)} commits, 0 divergences`),
        element('p', {}, `The parallel VM does what the functional VM does. ` +
            `${plural(found.runs, 'run')} of these workloads on the parallel VM, with ` +
            `${plural(found.workers, 'worker')}, were recorded commit by commit and ` +
            `replayed on the functional VM: every process got the same events in the same ` +
            `order.`));
  } else {
    banner.append(element('strong', {}, found.divergences > 0
        ? `Not equivalent: ${plural(found.divergences, 'divergence')}`
        : 'Not shown to be equivalent: nothing was replayed'));
  }
  if (results.failures.length > 0) {
    banner.append(element('strong', {}, plural(results.failures.length, 'failure')),
                  ...results.failures.map((text) => element('pre', {}, text)));
  }
  document.getElementById('verdict').append(banner, reasons());
  const whyNot = [
    results.rounds < 3 ? `there was time for ${plural(results.rounds, 'round')} only` : '',
    shareOfProcessor < 0.6 ? `a process that wanted a processor had ` +
                                 `${Math.round(shareOfProcessor * 100)}\u00a0% of one` : '',
  ].filter((why) => why !== '');
  if (whyNot.length > 0) {
    document.getElementById('verdict').append(element('div', {class: 'banner warn'},
        element('strong', {}, 'Do not trust the times below'),
        element('p', {}, `The machine was too busy: ${whyNot.join(', and ')}. Close what else is ` +
            `running, and measure again. The verdict on equivalence holds all the same.`)));
  }
}

/** Why to believe the figures, or not. */
function reasons() {
  const list = element('ul', {class: 'reasons'});
  const add = (holds, text) =>
      list.append(element('li', {class: holds ? 'yes' : 'no'}, element('span', {}, text)));
  add(results.failures.length === 0, results.failures.length === 0
      ? 'Every timed run counted its own messages, and all counts were right.'
      : 'Some runs failed; they have no figures here.');
  add(results.rounds >= 5, `${plural(results.rounds, 'round')}, in each of which everything ran ` +
      `once, in turn` + (results.rounds >= 5 ? '.' : ': too few to tell a small difference.'));
  const share = shareOfProcessor;
  add(share >= 0.95, share >= 0.95
      ? 'The machine was quiet: a process that wanted a processor had it.'
      : `The machine was busy: who wanted a processor had ` +
        `${Math.round(share * 100)}\u00a0% of one. Ratios hold better than absolute figures, and ` +
        `those of several workers are too low.`);
  const spreads = results.throughput.flatMap((row) => Object.values(row.results))
                      .map((cell) => (cell.max - cell.min) / cell.median);
  if (spreads.length > 0 && results.rounds >= 3) {
    const typical = median(spreads);
    add(typical < 0.15, `From its slowest to its quickest round a figure typically varied by ` +
        `${Math.round(typical * 100)}\u00a0%.`);
  }
  add(!results.build.warning, results.build.warning
      ? `Do not quote these figures: ${results.build.warning}.`
      : `An optimised build: ${results.build.compiler}, ${results.build.flags}.`);
  return list;
}

/** How many times the parallel VM is as fast as the best peer with as many workers. */
function ratiosToBestPeer() {
  return results.throughput.flatMap((row) => {
    const rivals = Object.entries(row.results)
        .filter(([id]) => runnerOf.get(id).kind === 'peer' &&
                          runnerOf.get(id).workers === mostWorkers?.workers)
        .map(([, cell]) => cell.median);
    const mine = row.results[mostWorkers?.id];
    return mine && rivals.length > 0 ? [mine.median / Math.max(...rivals)] : [];
  });
}

const range = (values) => values.length === 1 ? 'in one workload'
    : `median of ${values.length} workloads, from ${factor(Math.min(...values))} to ` +
          factor(Math.max(...values));

function intoTiles() {
  const tiles = document.getElementById('tiles');
  const add = (value, unit, text) => tiles.append(
      element('div', {class: 'tile'},
              element('b', {}, value, element('small', {}, ' ' + unit)),
              element('span', {}, text)));
  const overFunctional = ratiosOf('parallel-1', 'over_functional');
  if (overFunctional.length > 0) {
    const values = overFunctional.map((one) => one.value);
    add(factor(median(values)), 'as fast', `as the functional VM: the parallel VM with one ` +
        `worker, ${range(values)}`);
  }
  const scaled = mostWorkers ? ratiosOf(mostWorkers.id, 'over_one_worker') : [];
  if (scaled.length > 0) {
    scaled.sort((a, b) => b.value - a.value);
    const [best, worst] = [scaled[0], scaled.at(-1)];
    add(factor(best.value), 'at best', `with ${mostWorkers.workers} workers over one, in ` +
        `${best.name}; at worst ${factor(worst.value)}, in ${worst.name}`);
  }
  const overPeers = ratiosToBestPeer();
  if (overPeers.length > 0) {
    add(factor(median(overPeers)), 'as fast', `as the best of ${peerNames().join(', ')}, with ` +
        `${plural(mostWorkers.workers, 'worker')} each, ${range(overPeers)}`);
  }
  const trip = results.latency.find((row) => row.size === 100) ?? results.latency[0];
  const cell = trip && mostWorkers && trip.results[mostWorkers.id];
  if (cell) {
    const [value, unit] = duration(cell.p99_ns.median).split('\u202f');
    add(value, unit, `p99 of a round trip, ${plural(trip.size, 'pair')} at once, ` +
        `${plural(mostWorkers.workers, 'worker')}; half take ${duration(cell.p50_ns.median)} at ` +
        `most`);
  }
  const weighed = results.memory.filter((row) => row.workload === 'idle').at(-1);
  const first = weighed && Object.keys(weighed.results)
                               .find((id) => runnerOf.get(id).kind === 'parallel');
  if (first) {
    add(grouped(weighed.results[first].median), 'bytes', `an idle process on the parallel VM, ` +
        `among ${grouped(weighed.size)}`);
  }
}

function intoHeader() {
  const peers = peerNames();
  document.getElementById('asked').textContent =
      'This page says how they compare on this machine' +
      (peers.length > 0 ? `, beside ${peers.join(', ')} with the same work` : '') +
      `: ${plural(results.throughput.length, 'workload')} on ` +
      `${plural(cores, 'core')}, ${plural(results.rounds, 'round')}.` +
      (peers.length === 0 ? ' Other runtimes stand beside them when asked for: ' +
                                'souk compare --peers.' : '');
}

function fillLegend(section, isCurve, has) {
  part(section, '.legend').append(
      ...[...looks].filter(([id]) => has(id)).map(([, look]) => legendEntry(look, isCurve)));
}

/** A figure with a caption, to be drawn in once it is on the page. */
function figureIn(place, title, subtitle) {
  const figure = element('figure', {}, element('figcaption', {}, title,
                                               element('small', {}, subtitle)));
  place.append(figure);
  return figure;
}

function leaveOut(section) {
  document.getElementById(section).hidden = true;
  document.querySelector(`nav a[href="#${section}"]`).hidden = true;
}

function intoThroughput() {
  if (results.throughput.length === 0) return leaveOut('throughput');
  fillLegend('throughput', false, () => true);
  for (const row of results.throughput) {
    const size = sizeText(row);
    barPanel(figureIn(part('throughput', '.panels'), row.workload,
                      row.unit + (size ? '; ' + size : '')), row, looks);
  }
}

function intoScaling() {
  const parallel = results.runners.filter((one) => one.kind === 'parallel');
  const curves = [];
  for (const row of results.throughput) {
    const points = parallel.filter((one) => row.results[one.id]?.over_one_worker)
        .map((one) => {
          const ratio = row.results[one.id].over_one_worker;
          return [one.workers, ratio.median, ratio.min, ratio.max];
        });
    if (points.length > 0) curves.push({name: row.workload, points: [[1, 1, 1, 1], ...points]});
  }
  if (curves.length === 0) return leaveOut('scaling');
  const complete = Math.max(...curves.map((curve) => curve.points.length));
  const shown = curves.filter((curve) => curve.points.length === complete);
  part('scaling', '.about').textContent =
      `What more workers bring, over one. On the dashed line each adds as much as the first. ` +
      `Processes that compute, or talk in small groups, can be shared out; those that all talk ` +
      `to each other cannot, and the VM then keeps them together on one worker.` +
      (mostWorkers.workers > cores ? ` There are only ${cores} cores here.` : '');
  part('scaling', '.legend').append(...gains.map((gain) => legendEntry(gain.look, true)));
  scalingPlot(part('scaling', '.plot'), shown, shown[0].points.at(-1)[0]);
}

function intoLatency() {
  const rows = results.latency.filter((row) => Object.keys(row.results).length > 0);
  if (rows.length === 0) return leaveOut('latency');
  fillLegend('latency', true, (id) => rows.some((row) => row.results[id]));
  const all = rows.flatMap((row) => Object.values(row.results))
                  .flatMap((cell) => cell.distribution.filter(([s]) => s < 1).map(([, t]) => t));
  const ticks = decades(Math.min(...all), Math.max(...all));
  for (const row of rows) {
    const figure = figureIn(part('latency', '.panels'),
        row.size === 1 ? 'One at a time' : `${grouped(row.size)} at the same time`,
        `${row.workload}, ${row.size === 1 ? 'one pair' : sizeText(row)}`);
    latencyPlot(figure, row, looks, [ticks[0], ticks.at(-1)]);
    figure.append(latencyTable(row));
  }
}

function latencyTable(row) {
  const figures = [['mean', 'mean_ns'], ['p50', 'p50_ns'], ['p99', 'p99_ns'], ['p99.9', 'p999_ns']];
  const cell = (tag, ...inside) => element(tag, {class: 'number'}, ...inside);
  return element('table', {class: 'brief'},
      element('thead', {}, element('tr', {}, element('th'),
                                   ...figures.map(([name]) => cell('th', name)))),
      element('tbody', {}, ...[...looks].filter(([id]) => row.results[id]).map(([id, look]) =>
          element('tr', {}, element('td', {}, look.short), ...figures.map(
              ([, key]) => cell('td', duration(row.results[id][key].median)))))));
}

function intoMemory() {
  const idle = results.memory.filter((row) => row.workload === 'idle');
  const others = results.memory.filter((row) => row.workload !== 'idle');
  if (results.memory.length === 0) return leaveOut('memory');
  fillLegend('memory', true, (id) => idle.some((row) => row.results[id]));
  if (idle.length > 0) memoryPlot(part('memory', '.plot'), idle, looks);
  else part('memory', '.plot').hidden = true;
  for (const row of others)
    barPanel(figureIn(part('memory', '.others'), row.workload, row.unit), row, looks);
}

function runnerColumn() {
  return {title: 'runs on', of: ({id}) => looks.get(id).name, text: ({id}) => element('span', {},
      element('span', {class: 'dot', style: `background: ${looks.get(id).colour}`}),
      looks.get(id).name)};
}

function verdictOf({row, id}) {
  if (runnerOf.get(id).kind !== 'parallel') return '';
  const found = (results.equivalence.by_workload ?? [])
                    .find((one) => one.workload === row.workload);
  if (!found || found.commits === 0) return 'not checked';
  return found.divergences === 0
      ? `equivalent: ${grouped(found.commits)} commits, 0 divergences`
      : `${plural(found.divergences, 'divergence')} in ${grouped(found.commits)} commits`;
}

function intoFigures() {
  const cells = (rows, make) => rows.flatMap((row) =>
      Object.entries(row.results).flatMap(([id, cell]) => make(row, id, cell)));
  const rows = [
    ...cells(results.throughput, (row, id, cell) => [{row, id, cell, of: cell, unit: row.unit}]),
    ...cells(results.latency, (row, id, cell) =>
        [['mean', cell.mean_ns], ['p50', cell.p50_ns], ['p99', cell.p99_ns],
         ['p99.9', cell.p999_ns]]
            .map(([name, of]) => ({row, id, cell, of, unit: name + ', ns'}))),
    ...cells(results.memory, (row, id, cell) => [{row, id, cell, of: cell, unit: row.unit}]),
  ];
  const brief = (value) => value < 1e4 ? grouped(value) : shortNumber(value);
  const ratio = (name) => ({cell}) => cell[name]?.median ?? null;
  part('figures', '.wide').append(sortableTable(rows, [
    text('workload', ({row}) => row.workload),
    number('size', ({row}) => row.size_of === '' ? null : row.size, grouped),
    runnerColumn(),
    number('median', ({of}) => of.median, grouped),
    text('unit', ({unit}) => unit),
    number('least', ({of}) => of.min, brief),
    number('most', ({of}) => of.max, brief),
    number('over functional', ratio('over_functional'), factor),
    number('over 1 worker', ratio('over_one_worker'), factor),
    number('per core-second', ({cell}) => cell.per_core_second ?? null, brief),
    text('checked by replay', verdictOf),
  ]));
}

function intoChanges() {
  const {baseline} = results;
  if (!baseline) return;
  const section = document.getElementById('changes');
  section.hidden = false;
  document.querySelector('nav a[href="#changes"]').hidden = false;
  const changed = baseline.changes.filter((one) => /better|worse/.test(one.judgement));
  const judged = baseline.changes.filter((one) => one.judgement !== 'too-few');
  const percent = (value) => (value > 1 ? '+' : value < 1 ? '−' : '') +
      digits(Math.abs(value - 1) * 100) + ' %';
  part('changes', '.about').textContent =
      `Since ${baseline.commit} of ${baseline.started}: ${changed.length} of ` +
      `${plural(judged.length, 'figure')} changed beyond noise. The machine's own speed changed ` +
      `by ${percent(baseline.machine_ratio)}.` +
      (baseline.same_processor ? '' : ' That was another processor: the changes say nothing of ' +
                                          'souk.') +
      (judged.length === 0 ? ' Too few repetitions to judge: both need at least 5 rounds.' : '');
  const judgement = ({judgement: how}) => element('span',
      {class: how === 'better' ? 'good-text' : how === 'worse' ? 'bad-text' : ''},
      how.replace('-', ' '));
  const order = ['worse', 'better', 'within-noise', 'too-few'];
  const rows = [...baseline.changes].filter((one) => looks.has(one.runner))
      .map((one) => ({...one, id: one.runner}))
      .sort((a, b) => order.indexOf(a.judgement) - order.indexOf(b.judgement));
  part('changes', '.wide').append(sortableTable(rows, [
    text('workload', (one) => one.workload),
    number('size', (one) => one.size || null, grouped),
    runnerColumn(),
    text('what', (one) => one.what.replace('p999', 'p99.9').replace('_ns', ', ns')),
    number('before', (one) => one.before, grouped),
    number('now', (one) => one.now, grouped),
    number('change', (one) => one.ratio, percent),
    number('p', (one) => one.p, (p) => p < 0.001 ? '< 0.001' : p.toFixed(3)),
    {title: 'judged', of: (one) => one.judgement, text: judgement},
  ]));
}

function intoMethod() {
  const add = (words) => part('method', '.text').append(element('p', {}, words));
  add(`Every repetition is a process of its own, held to as many processors as it has workers; ` +
      `what it sets up is not timed. How much work it is given follows from a first, short run, ` +
      `so that each takes about ${digits(results.run_seconds * 1000)} ms. Then come ` +
      `${plural(results.rounds, 'round')}: in each, everything runs once, one after the other, ` +
      `so that whatever else the machine does meets all alike. Figures are medians; speed-up and ` +
      `scaling are medians of the ratios within a round.`);
  add(`The functional VM compares each message with every endpoint, so where there are many ` +
      `endpoints the parallel VM, which looks them up, is faster by as much as you like. Where ` +
      `there are few (pingpong), the ratio says what else it saves.`);
  if (results.rounds < results.rounds_planned) {
    add(`Only ${results.rounds} of ${results.rounds_planned} rounds were run: the machine was ` +
        `too slow for more in the time allowed.`);
  }
  const list = part('method', 'dl');
  const known = new Map([...results.throughput, ...results.latency, ...results.memory]
                            .map((row) => [row.workload, row]));
  for (const row of known.values()) {
    list.append(element('dt', {}, row.workload),
                element('dd', {}, `${row.measures[0].toUpperCase()}${row.measures.slice(1)}. ` +
                                  `It does not mean ${row.does_not_mean}.`));
  }
  document.getElementById('again').textContent =
      `./run --build-only\nbuild/release/${results.command}\n` +
      `build/release/souk check pingpong --workers ${results.equivalence.workers || 2} ` +
      `--repeat 100    # replays more runs`;
  const facts = [
    ['processor', `${results.build.cpu}, ${plural(cores, 'core')}`],
    ['memory', `${digits(results.machine.memory_bytes / 2 ** 30)} GiB`],
    ['system', results.machine.system],
    ['souk', results.build.commit],
    ['build', `${results.build.compiler} ${results.build.build_type} (${results.build.flags})`],
    ['measured', `${results.started}, in ${Math.round(results.seconds)} s`],
    ['not installed', results.missing_peers.join(', ')],
  ];
  part('method', '.facts tbody').append(...facts.filter(([, value]) => value).map(
      ([name, value]) => element('tr', {}, element('th', {scope: 'row'}, name),
                                 element('td', {}, value))));
}

intoHeader();
intoVerdict();
intoTiles();
intoThroughput();
intoScaling();
intoLatency();
intoMemory();
intoChanges();
intoFigures();
intoMethod();
