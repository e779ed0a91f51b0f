// Runs at the end of the page. Frames are loaded one after the other, which takes time and holds up
// the end of loading, until all that is looked for has been drawn, or it has taken too long.

const all = (selector) => [...document.querySelectorAll(selector)];
const tiles = () => new Map(all('#totals div').map((tile) => [
  tile.querySelector('span').textContent, tile.querySelector('strong').textContent]));
const steps = [
  ['the totals show a rate', () => !['0', undefined].includes(tiles().get('events/s'))],
  ['the totals show all processes', () => tiles().get('processes') === '24'],
  ['it says that it is live', () => element('state').textContent === 'live'],
  ['the tree has rows', () => all('#tree tbody tr').length === 24],
  ['processes are busy', () => all('#tree tbody tr')
      .some((line) => parseFloat(line.cells[3].textContent) > 0)],
  ['messages flow', () => all('#flow path.edge').length > 4],
  ['edges have a place', () => all('#flow path')
      .every((path) => !/NaN|Infinity/.test(path.getAttribute('d')))],
  ['memory is shown', () => all('#memory tbody tr').length >= 2],
  ['a process can be chosen', () => {
    if (element('one').hidden) all('#tree tbody tr button')[3].click();
    return all('#roles tbody tr').length > 0;
  }],
  ['it can be followed', () => {
    if (trail === null) element('follow').click();
    return all('#trail li').length > 10;
  }],
  ['it can be let go', () => {
    if (trail !== null) element('follow').click();
    return trail === null;
  }],
  ['it can be killed', () => {
    if (!steps.clicked) element('kill').click();
    steps.clicked = true;
    return tiles().get('processes') === '23';
  }],
  ['nothing is wider than the window', () =>
    document.documentElement.scrollWidth <= innerWidth],
  ['nothing has no text', () =>
    !/undefined|NaN|\[object/.test(document.querySelector('main').innerText)],
  ['the scheme is ' + scheme, () =>
    matchMedia('(prefers-color-scheme: dark)').matches === (scheme === 'dark')],
];

let done = 0;
let patience = 60;  // frames, each half a second or more
function look() {
  while (done < steps.length && steps[done][1]()) ++done;
  if (done === steps.length || --patience === 0) {
    views.close();
    const tested = document.createElement('output');
    tested.id = 'tested';
    tested.textContent = done === steps.length ? `passed: ${done} checks`
        : `failed: ${steps[done][0]}`;
    document.body.append(tested);
    return;
  }
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.addEventListener('load', () => {
    look();
    frame.remove();
  });
  frame.src = ask('view');
  document.body.append(frame);
}
look();
