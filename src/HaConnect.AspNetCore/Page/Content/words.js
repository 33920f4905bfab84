// Elements and words. Whatever comes from the cluster is set as text, never as markup: names and reasons are others' input.
const SVG = 'http://www.w3.org/2000/svg';
const base = location.pathname.replace(/\/+$/, '');
const byId = id => document.getElementById(id);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined) element.append(child);
  return element;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
function setAttribute(element, name, value) {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

function duration(ms) {
  if (ms === null || ms === undefined) return 'unknown';
  if (ms === 0) return '0 s';
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  const s = ms / 1000;
  if (s < 59.95) return `${s.toFixed(s < 9.95 ? 2 : 1)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
  return `${Math.floor(s / 3600)} h ${Math.round(s % 3600 / 60)} min`;
}
function bytes(count) {
  if (count === null || count === undefined) return 'unknown';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) { count /= 1024; unit++; }
  return `${unit === 0 ? count : count.toFixed(count < 10 ? 1 : 0)} ${units[unit]}`;
}
const two = number => String(number).padStart(2, '0');
function clock(date, withMs) {
  const text = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return withMs ? `${text}.${String(date.getMilliseconds()).padStart(3, '0')}` : text;
}
// A sentence that begins with the name of a node, or of an instance, keeps it as it is.
let names = [], bound = Infinity; // of what is shown: the nodes, and how old a read may be
const isBehind = node => node.role === 'standby' && node.lagMs !== null && node.lagMs > bound;
const capital = text => !/^[a-z]+[ :,.]/.test(text) || names.some(n => text.startsWith(n)) ? text : text[0].toUpperCase() + text.slice(1);

// How a node is, in one word for the colour and in some for people.
function stateOf(node) {
  if (node.isMisconfigured || node.reachability === 'unreachable' || node.role === 'quarantined') return 'bad';
  if (node.reachability !== 'reachable' || node.isMaintained || node.role === 'other' || (node.role === 'standby' && node.lagMs === null) || isBehind(node)) return 'warn';
  return node.role === 'primary' ? 'primary' : node.role === 'standby' ? 'standby' : 'unknown';
}
function roleWords(node) {
  const role = { primary: 'Primary', standby: 'Standby', quarantined: 'Quarantined', other: 'Out of recovery, not used', unknown: 'Not seen yet' }[node.role];
  return node.isStale ? `${node.role === 'other' ? 'Primary' : role} when last seen` : role;
}
function flagsOf(node) {
  const flags = [];
  if (node.isMisconfigured) flags.push('refused');
  else if (node.reachability === 'unreachable') flags.push('unreachable');
  else if (node.reachability === 'suspect') flags.push('suspect: did not answer its last probe');
  else if (node.reachability === 'unknown') flags.push('not probed yet');
  if (node.role === 'quarantined') flags.push('quarantined');
  if (node.isMaintained) flags.push('under maintenance');
  if (node.role === 'standby' && node.reachability === 'reachable' && node.lagMs === null) flags.push('not proven to be fresh');
  if (isBehind(node)) flags.push('older than reads may be');
  return flags;
}
const lagWords = node => node.lagMs === null ? 'lag unknown' : `at most ${duration(node.lagMs)}, ${bytes(node.lagBytes)}`;
