// Draws what the inspector tells twice a second; asks for one process when it is chosen.

const token = new URLSearchParams(location.search).get('token') ?? '';
const ask = (path, more = {}) => path + '?' + new URLSearchParams({token, ...more});
const element = (id) => document.getElementById(id);

function make(tag, text = '', attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function short(number) {
  const steps = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']];
  for (const [size, mark] of steps)
    if (number >= size) return (number / size).toPrecision(3) + mark;
  return number >= 100 || Number.isInteger(number) ? number.toFixed(0) : number.toPrecision(2);
}
function bytes(number) {
  const steps = [[2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB']];
  for (const [size, mark] of steps)
    if (number >= size) return (number / size).toFixed(1) + ' ' + mark;
  return number + ' B';
}
const percent = (share) => (share * 100).toFixed(share < 0.1 ? 1 : 0) + ' %';

function fill(table, rows) {
  table.tBodies[0].replaceChildren(...rows);
}
function row(cells, attributes = {}) {
  const made = make('tr', '', attributes);
  for (const cell of cells)
    made.append(cell instanceof Node ? cell : make('td', String(cell)));
  return made;
}
function link(pid) {
  const cell = make('td');
  const button = make('button', pid, {class: 'link'});
  button.addEventListener('click', () => choose(pid));
  cell.append(button);
  return cell;
}

function drawTotals(view) {
  const tiles = [['events/s', short(view.rate)], ['processes', short(view.processes)],
                 ['VMs', short(view.vms)], ['queued', short(view.queued)],
                 ['handled', short(view.handled)], ['memory', bytes(view.memory)],
                 ['workers', view.workers]];
  element('totals').replaceChildren(...tiles.map(([name, value]) => {
    const tile = make('div');
    tile.append(make('span', name), make('strong', value));
    return tile;
  }));
  const state = element('state');
  state.className = view.unanswered > 0 || !view.there ? 'bad' : '';
  state.textContent = !view.there ? 'there is no VM now'
      : view.unanswered === 0 ? 'live'
      : view.unanswered + ' parts do not answer; in a handler: ' + view.running.join(', ');
}

/** The processes of a VM, each VM followed by what is in it. */
function drawTree(view) {
  const inVm = Map.groupBy(view.top, (p) => p.vm);
  const sums = new Map(view.by_vm.map((vm) => [vm.vm, vm]));
  const rows = [];
  const add = (vm, depth) => {
    for (const p of inVm.get(vm) ?? []) {
      const place = link(p.pid);
      place.style.paddingLeft = depth * 18 + 'px';
      if (p.running) place.append(' in a handler');
      const inside = p.inside && sums.get(p.inside);
      const what = p.inside ? 'VM of ' + (inside ? inside.processes : 0) : '';
      const name = make('td', [p.name, what].filter(Boolean).join(', '), {class: 'name'});
      rows.push(row([place, name, short(p.rate), percent(p.busy), short(p.queued),
                     short(p.handled), p.endpoints], p.running ? {class: 'running'} : {}));
      if (p.inside) add(p.inside, depth + 1);
    }
  };
  add('0', 0);
  fill(element('tree'), rows);
}

/** Who sends to whom, in a circle; the wider an arrow the more. */
function drawFlow(view) {
  const names = [...new Set(view.flows.flatMap((flow) => [flow.from, flow.to]))].sort();
  const known = new Map(view.top.map((p) => [p.pid, p.name]));
  const middle = {x: 360, y: 210};
  const place = new Map(names.map((name, i) => {
    const angle = 2 * Math.PI * i / names.length - Math.PI / 2;
    return [name, {x: middle.x + 230 * Math.cos(angle), y: middle.y + 165 * Math.sin(angle), angle}];
  }));
  const svg = (tag, attributes, text = '') => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = text;
    return made;
  };
  const shapes = [];
  for (const flow of view.flows) {
    const [a, b] = [place.get(flow.from), place.get(flow.to)];
    const width = Math.min(1 + Math.log10(1 + flow.rate), 8);
    if (a === b) continue;
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const length = Math.hypot(dx, dy);
    const bend = {x: (a.x + b.x) / 2 - dy * 0.15, y: (a.y + b.y) / 2 + dx * 0.15};
    const [tx, ty] = [b.x - bend.x, b.y - bend.y].map((d) => d / Math.hypot(b.x - bend.x,
                                                                            b.y - bend.y));
    const end = {x: b.x - tx * 8, y: b.y - ty * 8};
    const path = svg('path', {class: 'edge', 'stroke-width': width,
                              d: `M${a.x} ${a.y} Q${bend.x} ${bend.y} ${end.x} ${end.y}`});
    path.append(svg('title', {}, `${flow.from} to ${flow.to}: ${short(flow.rate)}/s`));
    const wing = Math.min(4 + width, length / 4);
    shapes.push(path, svg('path', {
      class: 'tip',
      d: `M${end.x} ${end.y} l${-tx * wing - ty * wing / 2} ${-ty * wing + tx * wing / 2} ` +
         `l${ty * wing} ${-tx * wing} z`}));
  }
  for (const [name, at] of place) {
    shapes.push(svg('circle', {class: 'node', cx: at.x, cy: at.y, r: 6}));
    const side = Math.cos(at.angle);
    const anchor = side > 0.2 ? 'start' : side < -0.2 ? 'end' : 'middle';
    const text = svg('text', {x: at.x + 11 * side, y: at.y + 16 * Math.sin(at.angle) + 4,
                              'text-anchor': anchor});
    text.textContent = known.get(name) || name;
    shapes.push(text);
  }
  if (shapes.length === 0)
    shapes.push(svg('text', {x: middle.x, y: middle.y, 'text-anchor': 'middle'}, 'No messages.'));
  element('flow').replaceChildren(...shapes);
}

function drawSlow(view) {
  fill(element('slow'), view.slow.map((call) => row([
    link(call.pid), call.ms.toFixed(1) + ' ms', make('td', call.what, {class: 'topic'})])));
}

function drawMemory(view) {
  const inside = Map.groupBy(view.custodians, (one) => one.around ?? -1);
  const rows = [];
  const add = (around, depth) => {
    for (const one of inside.get(around) ?? []) {
      const name = one.vm !== undefined ? 'VM ' + one.vm : depth === 0 ? 'program' : 'made';
      const place = make('td', name);
      place.style.paddingLeft = depth * 18 + 'px';
      rows.push(row([place, bytes(one.own), bytes(one.total), bytes(one.peak),
                     one.limit === undefined ? '' : bytes(one.limit), one.resources]));
      add(one.id, depth + 1);
    }
  };
  add(-1, 0);
  fill(element('memory'), rows);
}

function draw(view) {
  drawTotals(view);
  drawTree(view);
  drawFlow(view);
  drawSlow(view);
  drawMemory(view);
}

// One process.

let chosen = '';
let trail = null;

function unfollow() {
  if (trail) trail.close();
  trail = null;
  element('follow').textContent = 'Follow';
}

async function choose(pid) {
  if (pid !== chosen) {
    unfollow();
    element('trail').replaceChildren();
  }
  chosen = pid;
  const answer = await fetch(ask('process', {pid}));
  const one = answer.ok ? await answer.json() : null;
  if (chosen !== pid) return;
  element('one').hidden = false;
  element('which').textContent = pid + (one ? ' ' + one.name : ' is not there any more');
  fill(element('roles'), (one ? one.roles : []).map((role) => row([
    role.id, role.interest + ' ' + role.orientation + (role.meta ? ', at meta level' : ''),
    make('td', role.topic, {class: 'topic'}),
    role.meta ? '' : role.meets === 0 ? 'nobody yet' : meets(role)])));
}

function meets(role) {
  const cell = make('td');
  for (const peer of role.peers.slice(0, 12)) {
    cell.append(...link(peer.pid).childNodes, ' ');
  }
  if (role.meets > 12) cell.append('and ' + (role.meets - 12) + ' more');
  return cell;
}

function follow() {
  if (trail) return unfollow();
  element('follow').textContent = 'Unfollow';
  trail = new EventSource(ask('follow', {pid: chosen}));
  trail.addEventListener('message', (message) => {
    const {lost, events} = JSON.parse(message.data);
    const lines = element('trail');
    if (lost > 0) lines.prepend(make('li', lost + ' events were lost'));
    for (const event of events)
      lines.prepend(make('li', new Date(event.at).toISOString().slice(11, 23) + ' ' + event.what));
    while (lines.childElementCount > 200) lines.lastElementChild.remove();
  });
}

element('follow').addEventListener('click', follow);
element('kill').addEventListener('click', async () => {
  await fetch(ask('kill', {pid: chosen, reason: 'killed'}), {method: 'POST'});
  choose(chosen);
});
element('close').addEventListener('click', () => {
  unfollow();
  chosen = '';
  element('one').hidden = true;
});

const views = new EventSource(ask('events'));
let last = null;
views.addEventListener('message', (message) => {
  last = JSON.parse(message.data);
  draw(last);
});
views.addEventListener('error', () => {
  element('state').textContent = 'the program does not answer';
  element('state').className = 'bad';
});
