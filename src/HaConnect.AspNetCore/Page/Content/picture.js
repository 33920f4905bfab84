// The cluster as a picture: roots in the first row, whoever receives below; on a narrow screen one below the other.
const picture = (() => {
  const box = byId('picture');
  let drawn = '', parts = null, shown = null;

  const fits = (text, width, size) => {
    const most = Math.max(4, Math.floor(width / (size * .56)));
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
  };

  function depthsOf(view) {
    const from = new Map(view.links.filter(l => l.from !== null).map(l => [l.to, l.from]));
    const depth = (name, seen) => seen.has(name) || !from.has(name) ? null : 1 + (depth(from.get(name), new Set(seen).add(name)) ?? 0);
    return new Map(view.nodes.map(n => [n.name, depth(n.name, new Set()) ?? (['primary', 'quarantined', 'other'].includes(n.role) ? 0 : 1)]));
  }

  function card(node, x, y, width, height) {
    const texts = { name: svg('text', { class: 'name', x: x + 18, y: y + 25 }), role: svg('text', { class: 'sub role', x: x + 18, y: y + 45 }), where: svg('text', { class: 'sub', x: x + 18, y: y + 64 }), flag: svg('text', { class: 'sub flag', x: x + 18, y: y + 83 }) };
    const group = svg('g', { class: 'node' }, svg('rect', { class: 'box', x, y, width, height, rx: 8 }), svg('rect', { class: 'edge', x, y: y + 8, width: 5, height: height - 16, rx: 2 }), ...Object.values(texts));
    group.dataset.node = node.name;
    return { group, texts, width };
  }

  // The label stands beside the end of the line, where there is room.
  function arrow(link, d, x, y, anchor) {
    const sync = link.syncState === 'sync' || link.syncState === 'quorum';
    const text = svg('text', { x, y, 'text-anchor': anchor }), sub = svg('text', { class: 'sub', x, y: y + 16, 'text-anchor': anchor });
    const group = svg('g', { class: 'link-of' }, svg('path', { class: sync ? 'arrow sync' : 'arrow', d, 'marker-end': sync ? 'url(#head-sync)' : 'url(#head)' }), svg('g', { class: 'label' }, text, sub));
    group.dataset.from = link.from ?? '';
    group.dataset.to = link.to;
    return { group, text, sub };
  }

  const marker = (id, name) => svg('marker', { id, viewBox: '0 0 10 10', refX: 9, refY: 5, markerWidth: 9, markerHeight: 9, markerUnits: 'userSpaceOnUse', orient: 'auto' }, svg('path', { d: 'M0 0L10 5L0 10z', class: name }));

  function build(view, width) {
    const depths = depthsOf(view), rows = [];
    for (const node of view.nodes) (rows[depths.get(node.name)] ??= []).push({ node });
    const used = rows.filter(r => r);
    const narrow = width < 560 || Math.max(...used.map(r => r.length)) * 168 > width;
    return narrow ? stacked(view, used.flat(), width) : spread(view, used, width);
  }

  function finish(view, width, height, cards, arrows) {
    const witnesses = view.witnesses.map(w => ({ text: svg('text', { x: 18, y: 0, class: 'sub' }), box: svg('rect', { class: 'box', rx: 8, height: 34 }), edge: svg('rect', { class: 'edge', width: 5, height: 20, rx: 2 }) }));
    let x = 0, y = height;
    witnesses.forEach((w, i) => {
      const size = Math.min(width, 190);
      if (x + size > width) { x = 0; y += 42; }
      fill(w.box, { x, y, width: size }, []); fill(w.edge, { x, y: y + 7 }, []); fill(w.text, { x: x + 18, y: y + 22 }, []);
      w.group = svg('g', { class: 'node' }, w.box, w.edge, w.text);
      w.width = size;
      x += size + 12;
      if (i === witnesses.length - 1) y += 40;
    });
    const root = svg('svg', { viewBox: `0 0 ${width} ${y}`, height: y, role: 'img', 'aria-describedby': 'table-box' },
      svg('defs', {}, marker('head', 'head'), marker('head-sync', 'head sync')), ...arrows.map(a => a.group), ...cards.map(c => c.group), ...witnesses.map(w => w.group));
    box.replaceChildren(root);
    return { root, cards: new Map(cards.map(c => [c.group.dataset.node, c])), arrows: new Map(arrows.map(a => [a.group.dataset.to, a])), witnesses };
  }

  function spread(view, rows, width) {
    const height = 96, gap = 24, between = 104, places = new Map(), cards = [];
    rows.forEach((row, r) => {
      const size = Math.min(232, (width - gap * (row.length - 1)) / row.length);
      const left = (width - (size * row.length + gap * (row.length - 1))) / 2;
      row.forEach(({ node }, i) => {
        const place = { x: left + i * (size + gap), y: 4 + r * (height + between), size };
        places.set(node.name, place);
        cards.push(card(node, place.x, place.y, size, height));
      });
    });
    const arrows = view.links.filter(l => places.has(l.from) && places.has(l.to)).map(link => {
      const from = places.get(link.from), to = places.get(link.to);
      const [x0, y0, x1, y1] = [from.x + from.size / 2, from.y + height, to.x + to.size / 2, to.y - 2];
      const turn = y0 + 30, side = Math.sign(x1 - x0), bend = Math.min(12, Math.abs(x1 - x0) / 2);
      const path = Math.abs(x1 - x0) < 1 ? `M${x0} ${y0}V${y1}` : `M${x0} ${y0}V${turn - bend}q0 ${bend} ${side * bend} ${bend}H${x1 - side * bend}q${side * bend} 0 ${side * bend} ${bend}V${y1}`;
      const isRight = x1 + 160 <= width;
      return arrow(link, path, x1 + (isRight ? 12 : -12), y1 - 34, isRight ? 'start' : 'end');
    });
    return finish(view, width, 4 + rows.length * (height + between) - between + 12, cards, arrows);
  }

  function stacked(view, nodes, width) {
    const linked = new Set(view.links.map(l => l.to)), indent = 26, places = new Map(), cards = [];
    let y = 4;
    for (const { node } of nodes) {
      const isLinked = linked.has(node.name), x = isLinked ? indent : 0;
      if (isLinked) y += 38;
      places.set(node.name, { x, y });
      cards.push(card(node, x, y, width - x - 2, 96));
      y += 108;
    }
    const arrows = view.links.filter(l => places.has(l.from) && places.has(l.to)).map(link => {
      const from = places.get(link.from), to = places.get(link.to), x = from.x + 9;
      const down = to.y > from.y ? from.y + 96 : from.y;
      const path = from.x < to.x ? `M${x} ${down}V${to.y + 48}H${to.x - 2}` : `M${x} ${down}V${to.y - 2}`;
      return arrow(link, path, from.x < to.x ? to.x + 4 : x + 14, to.y - 24, 'start');
    });
    return finish(view, width, y, cards, arrows);
  }

  function update(view) {
    for (const node of view.nodes) {
      const { group, texts, width } = parts.cards.get(node.name);
      setAttribute(group, 'data-state', stateOf(node));
      setText(texts.name, fits(node.name, width - 30, 16));
      setText(texts.role, fits(`${roleWords(node)}${node.zone ? ` · ${node.zone}` : ''}`, width - 30, 12.5));
      setText(texts.where, fits(`timeline ${node.timeline ?? 'unknown'} · ${node.position ?? 'position unknown'}`, width - 30, 12));
      const flags = flagsOf(node);
      const quiet = node.role === 'standby' && !view.links.some(l => l.to === node.name) ? 'receives from nobody that is known' : node.latencyMs === null ? '' : `probed in ${duration(node.latencyMs)}`;
      setAttribute(texts.flag, 'class', flags.length > 0 ? 'sub flag' : 'sub');
      setText(texts.flag, fits(flags.length > 0 ? capital(flags.join(', ')) : capital(quiet), width - 30, 12.5));
    }
    for (const link of view.links) {
      const drawnArrow = parts.arrows.get(link.to);
      if (!drawnArrow) continue;
      const node = view.nodes.find(n => n.name === link.to);
      setText(drawnArrow.text, lagWords(node));
      setText(drawnArrow.sub, `${link.state ?? 'state unknown'}${link.syncState ? `, ${link.syncState}` : ''}`);
    }
    view.witnesses.forEach((w, i) => {
      const { group, text, width } = parts.witnesses[i];
      setAttribute(group, 'data-state', w.sight === 'seen' ? 'standby' : w.sight === 'missing' ? 'bad' : 'warn');
      setText(text, fits(`${w.name} · witness, ${{ seen: 'in sight', missing: 'out of sight', unknown: 'in doubt' }[w.sight]}`, width - 26, 12.5));
    });
    setAttribute(parts.root, 'aria-label', describe(view));
  }

  function describe(view) {
    const nodes = view.nodes.map(n => `${n.name}: ${[roleWords(n), ...flagsOf(n)].join(', ')}`);
    const links = view.links.map(l => `${l.to} receives from ${l.from ?? l.fromAddress ?? 'an unknown node'}, ${lagWords(view.nodes.find(n => n.name === l.to))}`);
    return `Picture of the cluster. ${[...nodes, ...links].join('. ')}. The table of nodes says the same.`;
  }

  function show(view) {
    shown = view;
    const width = Math.floor(box.clientWidth);
    if (width < 150) return; // not laid out yet
    const shape = JSON.stringify([width, view.nodes.map(n => [n.name, ['primary', 'quarantined', 'other'].includes(n.role)]), view.links.map(l => [l.from, l.to, l.syncState]), view.witnesses.length]);
    if (shape !== drawn) {
      parts = build(view, width);
      drawn = shape;
    }
    update(view);
  }

  new ResizeObserver(() => { if (shown) show(shown); }).observe(box);
  return { show };
})();
