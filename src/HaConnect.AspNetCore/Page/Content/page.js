// What is live: the stream, what it says, and since when it says nothing.
const SILENT = 4000, OLD = 5000;
let source = null, heardAt = null, lostAt = null, lostWhy = '', retryIn = 500, timer = null, announced = '', lastDecision = null;

const columns = [
  ['Role', n => [roleWords(n), ...flagsOf(n).filter(f => f === 'under maintenance' || f === 'not proven to be fresh' || f === 'older than reads may be')].join(', ')],
  ['Answers', n => ({ reachable: n.latencyMs === null ? 'yes' : `in ${duration(n.latencyMs)}`, suspect: 'not at once', unreachable: 'no', unknown: 'not probed yet' }[n.reachability])],
  ['Timeline', n => n.timeline === null ? 'unknown' : String(n.timeline)],
  ['Position', n => n.position ?? 'unknown'],
  ['Receives from', (n, v) => { const l = v.links.find(x => x.to === n.name); return n.role === 'standby' ? l ? l.from ?? l.fromAddress ?? 'unknown' : n.reachability === 'reachable' ? 'nobody, or not visible' : 'unknown' : '–'; }],
  ['Sync', n => n.role === 'standby' ? n.syncState ?? 'unknown' : '–'],
  ['Lag', n => n.role === 'standby' ? lagWords(n) : '–'],
  ['In use', n => String(n.inUse)],
  ['Version', n => n.version ?? 'unknown'],
  ['Why', n => n.reason],
];

function showNodes(view) {
  const table = byId('nodes').tBodies[0];
  for (const row of [...table.rows]) if (!names.includes(row.dataset.node)) row.remove();
  view.nodes.forEach((node, i) => {
    let row = [...table.rows].find(r => r.dataset.node === node.name);
    if (!row) {
      row = el('tr', { role: 'row' }, el('th', { scope: 'row', role: 'rowheader' }, el('span'), el('span', { class: 'address' })), ...columns.map(([name]) => el('td', { role: 'cell', 'data-of': name, class: name === 'Why' ? 'wide' : null })));
      row.dataset.node = node.name;
    }
    if (table.rows[i] !== row) table.insertBefore(row, table.rows[i] ?? null);
    setAttribute(row, 'data-state', stateOf(node));
    setAttribute(row, 'data-stale', node.isStale ? 'yes' : 'no');
    setText(row.cells[0].firstChild, node.name);
    setText(row.cells[0].lastChild, node.name === `${node.host}:${node.port}` ? '' : ` ${node.host}:${node.port}`);
    columns.forEach(([, words], c) => setText(row.cells[c + 1], words(node, view)));
  });
}

function showQuorum(view) {
  const list = byId('quorum'), titles = { voters: 'Votes', commits: 'Commits', failover: 'Failover', loss: 'Now' }, marks = { ok: 'in order', warn: 'attention', bad: 'in trouble', unknown: 'unknown' };
  while (list.children.length > view.quorum.length) list.lastChild.remove();
  view.quorum.forEach((line, i) => {
    if (!list.children[i]) list.append(el('li', {}, el('span', { class: 'tag' }, el('span'), ' – ', el('b')), el('span')));
    const item = list.children[i];
    setAttribute(item, 'data-level', line.level);
    setAttribute(item, 'data-topic', line.topic);
    setText(item.firstChild.firstChild, titles[line.topic] ?? line.topic);
    setText(item.firstChild.lastChild, marks[line.level] ?? line.level);
    setText(item.lastChild, line.text);
  });
}

function showState(view) {
  names = view.nodes.map(n => n.name);
  bound = view.maxReplicaLagMs;
  setAttribute(byId('summary'), 'data-level', view.level);
  setText(byId('headline'), view.headline);
  setText(byId('reason'), `${capital(view.reason)}.`);
  setText(byId('fact-primary'), view.primary ?? 'none');
  setText(byId('fact-term'), view.term === null ? 'none' : String(view.term));
  setText(byId('fact-timeline'), String(view.nodes.find(n => n.name === view.primary)?.timeline ?? 'unknown'));
  setText(byId('fact-gap'), view.writeGap === 0 ? '0 s' : duration(view.writeGap * 1000));
  setText(byId('coordinator'), view.coordinator.sentence);
  setText(byId('cluster-name'), `Cluster ${view.cluster}`);
  document.title = `${view.primary ?? 'No primary'} – ${view.cluster} – HaConnect`;
  const age = Date.parse(view.sentAt) - Date.parse(view.at), old = byId('old');
  old.hidden = age < OLD;
  if (age >= OLD) setText(old, `What this instance knows is ${duration(age)} old: it does not probe any more.`);
  showQuorum(view);
  showNodes(view);
  picture.show(view);
  charts.show(view);
  actions.show(view);
  if (view.headline.replace(/\d+/g, '') !== announced) {
    announced = view.headline.replace(/\d+/g, '');
    setText(byId('live'), view.headline);
  }
}

function showDecisions(decisions) {
  byId('no-decisions').hidden = decisions.length > 0;
  byId('decisions').replaceChildren(...decisions.map(d => el('li', { 'data-level': d.level },
    el('time', { datetime: d.at }, clock(new Date(d.at), true)), el('span', {}, el('span', {}, capital(d.text)), el('span', { class: 'who' }, ` – ${d.source}${d.term === null ? '' : `, term ${d.term}`}`)))));
  if (decisions.length > 0 && lastDecision !== null && decisions[0].id > lastDecision) setText(byId('live'), capital(decisions[0].text));
  lastDecision = decisions[0]?.id ?? 0;
}

function heard() {
  heardAt = Date.now();
  if (lostAt === null) return;
  lostAt = null;
  lostWhy = '';
  showLink();
}

function lose(why) {
  lostWhy = why;
  lostAt ??= heardAt ?? Date.now();
  showLink();
}

function showLink() {
  const isLost = lostAt !== null;
  setAttribute(document.body, 'data-link', isLost ? 'lost' : heardAt === null ? 'connecting' : 'live');
  setText(byId('link-text'), isLost ? `Disconnected since ${clock(new Date(lostAt))}` : heardAt === null ? 'Connecting …' : `Live · ${clock(new Date(heardAt))}`);
  byId('lost').hidden = !isLost;
  if (isLost) setText(byId('lost'), heardAt === null ? `No connection to the application since ${clock(new Date(lostAt))}. ${lostWhy}` : `Disconnected since ${clock(new Date(lostAt))}. What is shown is as it was then. ${lostWhy}`);
}

function connect() {
  clearTimeout(timer);
  source?.close();
  const stream = source = new EventSource(`${base}/events`);
  const on = (name, handler) => stream.addEventListener(name, e => { if (stream === source) { heard(); handler(e.data === undefined ? null : JSON.parse(e.data)); } });
  on('hello', hello => {
    retryIn = 500;
    setText(byId('cluster-name'), `Cluster ${hello.cluster}`);
    setText(byId('application'), hello.application);
    setText(byId('instance'), `As seen by this instance of ${hello.application}, on ${hello.instance}. Another one may see the cluster otherwise.`);
    actions.allow(hello.actions);
    lastDecision = null;
  });
  on('history', charts.reset);
  on('decisions', showDecisions);
  on('state', view => { showState(view); showLink(); });
  on('renew', connect);
  stream.addEventListener('stopping', () => { if (stream === source) again('The application has stopped, or is being restarted; trying again.'); });
  stream.addEventListener('error', () => { if (stream === source) again('Trying again.'); });
}

// The browser gives up where it gets an answer that is no stream; this does not, and says what the answer is.
function again(why) {
  source?.close();
  source = null;
  lose(why);
  clearTimeout(timer);
  timer = setTimeout(async () => {
    try {
      const answer = await fetch(location.href, { method: 'GET', credentials: 'same-origin', redirect: 'manual', cache: 'no-store' });
      if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) lose('You are not signed in any more, or may not see this page: load it again.');
      else if (!answer.ok) lose(`The application answers ${answer.status}; trying again.`);
    } catch { /* nobody answers: that is what is shown */ }
    connect();
  }, retryIn);
  retryIn = Math.min(retryIn * 1.5, 5000);
}

setInterval(() => {
  if (source !== null && heardAt !== null && lostAt === null && Date.now() - heardAt > SILENT) again('Nothing has come for some seconds; trying again.');
}, 500);
connect();
