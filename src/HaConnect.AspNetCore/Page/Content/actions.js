// Buttons: only where the application has turned them on and the user may use them. Each asks once more, and shows what becomes of it.
const actions = (() => {
  const host = byId('actions'), dialog = byId('dialog'), body = byId('dialog-body'), progress = byId('dialog-progress'), result = byId('dialog-result'), confirm = byId('dialog-confirm'), cancel = byId('dialog-cancel');
  let view = null, allowed = 'none', buttons = null, send = null, opener = null;

  function build() {
    if (allowed === 'none') { host.replaceChildren(); buttons = null; return; }
    if (allowed !== 'allowed') {
      host.replaceChildren(el('p', { class: 'muted' }, allowed === 'denied' ? 'You may see this page, but not act.' : 'This instance only observes: act through one that coordinates.'));
      buttons = null;
      return;
    }
    buttons = { switchover: el('button', { type: 'button', id: 'do-switchover', on: { click: askSwitchover } }, 'Switch over …'), pause: el('button', { type: 'button', id: 'do-pause', on: { click: askPause } }, 'Pause failover …') };
    host.replaceChildren(buttons.switchover, buttons.pause);
  }

  function show(now) {
    view = now;
    if (!buttons) return;
    const isPaused = view.isPaused === true;
    setText(buttons.pause, isPaused ? 'Resume failover …' : 'Pause failover …');
    buttons.switchover.disabled = view.primary === null || targets().length === 0;
    buttons.pause.disabled = view.primary === null;
  }

  const targets = () => view.nodes.filter(n => n.role === 'standby' && n.reachability === 'reachable' && !n.isMisconfigured);

  function open(title, content, doing, act) {
    opener = document.activeElement;
    setText(byId('dialog-title'), title);
    body.replaceChildren(...content);
    body.hidden = false;
    progress.replaceChildren();
    result.hidden = true;
    confirm.hidden = false;
    confirm.disabled = false;
    setText(confirm, doing);
    setText(cancel, 'Cancel');
    send = act;
    dialog.showModal();
  }

  function askSwitchover() {
    const choices = targets(), preferred = [...choices].sort((a, b) => Number(b.isSynchronous) - Number(a.isSynchronous) || (a.lagMs ?? Infinity) - (b.lagMs ?? Infinity))[0];
    const radios = choices.map(node => el('input', { type: 'radio', name: 'target', value: node.name, checked: node === preferred, on: { change: () => setText(confirm, `Switch over to ${node.name}`) } }));
    open('Switch over', [
      el('p', {}, `Makes another node the primary instead of ${view.primary}. New writes wait while it takes place: mostly for less than a second, and up to 5 s longer where transactions stay open. Where a step fails it is called off, and writes go on at ${view.primary}.`),
      el('fieldset', {}, el('legend', {}, 'New primary'), ...choices.map((node, i) => el('label', { class: 'choice' }, radios[i], el('span', {}, `${node.name} – ${lagWords(node)}${node.syncState ? `, ${node.syncState}` : ''}${node.isMaintained ? ', under maintenance' : ''}`)))),
      el('p', { class: 'muted small' }, `${view.primary} refuses writes afterwards, until it has been rejoined as a standby.`),
    ], `Switch over to ${preferred.name}`, () => ['switchover', { target: radios.find(r => r.checked).value, reason: null }]);
  }

  function askPause() {
    if (view.isPaused === true) {
      open('Resume failover', [el('p', {}, 'Coordinators act by themselves again: a lost primary is succeeded.')], 'Resume failover', () => ['resume', { target: null, reason: null }]);
      return;
    }
    const reason = el('input', { type: 'text', id: 'reason-text', maxlength: 400, autocomplete: 'off' });
    open('Pause failover', [
      el('p', {}, 'While it is paused no failover is made by itself: where the primary is lost, writes wait until somebody acts. A switchover that is asked for is carried out.'),
      el('label', { for: 'reason-text' }, 'Why? It is shown in every refusal of a failover.', reason),
    ], 'Pause failover', () => {
      if (reason.value.trim() !== '') return ['pause', { target: null, reason: reason.value.trim() }];
      end('Give a reason.', false, true);
      reason.focus();
      return null;
    });
  }

  function end(text, isGood, mayRepeat) {
    result.hidden = false;
    setText(result, capital(text));
    setAttribute(result, 'data-level', isGood ? 'ok' : 'bad');
    confirm.disabled = false;
    confirm.hidden = !mayRepeat;
    setText(cancel, mayRepeat ? 'Cancel' : 'Close');
  }

  async function run() {
    const what = send();
    if (what === null) return;
    confirm.disabled = true;
    body.hidden = true;
    result.hidden = true;
    progress.replaceChildren(el('li', {}, 'Asked; waiting for the coordinator …'));
    try {
      const response = await fetch(`${base}/${what[0]}`, { method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json', 'X-HaConnect-Action': '1' }, body: JSON.stringify(what[1]) });
      if (!response.ok) { end((await response.text()) || `The application answered ${response.status}.`, false, false); return; }
      await read(response);
    } catch (error) {
      end(`The answer was lost (${error.message}). What was begun goes on: see the decisions below.`, false, false);
    }
    cancel.focus();
  }

  async function read(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '', last = null;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (rest + value).split('\n');
      rest = lines.pop();
      for (const news of lines.filter(l => l !== '').map(l => JSON.parse(l))) {
        if (news.succeeded === null) progress.append(el('li', {}, capital(news.text)));
        else last = news;
      }
    }
    end(last ? last.text : 'The answer has no end. What was begun goes on: see the decisions below.', last?.succeeded === true, false);
  }

  confirm.addEventListener('click', run);
  cancel.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => { if (opener && document.contains(opener)) opener.focus(); });
  return { show, allow(what) { if (what !== allowed) { allowed = what; build(); } } };
})();
