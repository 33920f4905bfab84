// The last minutes as lines: by the application's clock, so that what a page missed is a gap and not a slope.
const charts = (() => {
  const SPAN = 4 * 60 * 1000, HEIGHT = 150, WINDOW = 5000, BREAK = 4000;
  const points = [], series = new Map();
  const host = byId('charts');
  let limit = null, shown = [];

  const index = name => {
    if (!series.has(name)) series.set(name, series.size % 6);
    return series.get(name);
  };

  function share(at, name) {
    const now = points[at];
    if (now.nodes[name]?.reads == null) return null;
    let first = at;
    while (first > 0 && now.t - points[first - 1].t <= WINDOW && points[first - 1].nodes[name]?.reads != null && points[first - 1].nodes[name].reads <= points[first].nodes[name].reads) first--;
    const seconds = (now.t - points[first].t) / 1000;
    return seconds < .5 ? null : (now.nodes[name].reads - points[first].nodes[name].reads) / seconds;
  }

  const kinds = [
    { id: 'lag', title: 'Lag of each standby', unit: 'proven bound of the staleness', format: duration, least: 100, value: (p, n) => p.nodes[n]?.lag ?? null, limit: () => limit },
    { id: 'latency', title: 'Probe latency of each node', unit: 'round trip', format: duration, least: 5, value: (p, n) => p.nodes[n]?.latency ?? null },
    { id: 'reads', title: 'Where reads go', unit: 'reads a second routed by this instance, over 5 s', format: v => v === null ? 'unknown' : `${v < 10 ? v.toFixed(1) : v.toFixed(0)}/s`, least: 10, rates: true, none: 'Counted while a page is open' },
    { id: 'gap', title: 'Write gap', unit: 'for how long there was no node to write to', format: v => v === null ? 'unknown' : duration(v * 1000), least: 1, single: p => p.gap },
  ];

  for (const kind of kinds) {
    kind.svg = svg('svg', { role: 'img', preserveAspectRatio: 'none' });
    kind.values = el('div', { class: 'values' });
    kind.caption = el('figcaption', { class: 'hidden' });
    kind.figure = el('figure', { class: 'chart', id: `chart-${kind.id}` }, el('h2', {}, kind.title), el('span', { class: 'unit' }, kind.unit), kind.svg, kind.values, kind.caption);
    host.append(kind.figure);
  }

  function add(point) {
    const last = points[points.length - 1];
    if (last && point.t <= last.t) return;
    points.push(point);
    while (points.length > 0 && points[0].t < point.t - SPAN - WINDOW) points.shift();
  }

  function nice(value) {
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 5, 10].map(f => f * power).find(v => v >= value * .999);
  }

  function line(values, x, y) {
    let d = '', before = null;
    for (const [t, v] of values) {
      if (v === null) { before = null; continue; }
      d += `${before === null || t - before > BREAK ? 'M' : 'L'}${x(t).toFixed(1)} ${y(v).toFixed(1)}`;
      before = t;
    }
    return d;
  }

  function summary(kind, name, values) {
    const known = values.filter(v => v[1] !== null).map(v => v[1]);
    const now = values.length > 0 ? values[values.length - 1][1] : null;
    return `${name ? `${name} ` : ''}now ${kind.format(now)}${known.length > 0 ? `, at most ${kind.format(Math.max(...known))}` : ''}`;
  }

  function draw(kind, nodes) {
    const width = Math.floor(kind.svg.clientWidth);
    if (width < 150 || points.length === 0) return; // not laid out yet
    const end = points[points.length - 1].t, left = 52, bottom = HEIGHT - 20;
    const lines = kind.single ? [{ name: null, values: points.map(p => [p.t, kind.single(p)]) }]
      : nodes.map(n => ({ name: n, values: points.map((p, i) => [p.t, kind.rates ? share(i, n) : kind.value(p, n)]) })).filter(l => kind.id !== 'lag' || l.values.some(v => v[1] !== null));
    const known = lines.flatMap(l => l.values).filter(v => v[1] !== null && v[0] >= end - SPAN).map(v => v[1]);
    const top = nice(Math.max(kind.least, ...known) * 1.05);
    const x = t => left + (width - left - 4) * (1 - (end - t) / SPAN), y = v => bottom - (bottom - 10) * v / top;
    const shapes = [];
    for (const part of [0, .5, 1]) {
      shapes.push(svg('line', { class: 'grid', x1: left, x2: width, y1: y(top * part), y2: y(top * part) }));
      shapes.push(svg('text', { class: 'axis', x: left - 7, y: y(top * part) + 4, 'text-anchor': 'end' }, part === 0 ? '0' : kind.format(top * part).replace('.00', '').replace('.0', '')));
    }
    for (const minutes of width < 420 ? [4, 2, 0] : [4, 3, 2, 1, 0]) shapes.push(svg('text', { class: 'axis', x: x(end - minutes * 60000), y: HEIGHT - 4, 'text-anchor': minutes === 0 ? 'end' : minutes === 4 ? 'start' : 'middle' }, minutes === 0 ? 'now' : `−${minutes} min`));
    const bound = kind.limit?.();
    if (bound && bound <= top) {
      shapes.push(svg('line', { class: 'limit', x1: left, x2: width, y1: y(bound), y2: y(bound) }));
      shapes.push(svg('text', { class: 'limit-text', x: left + 6, y: y(bound) - 4 }, `MaxReplicaLag ${duration(bound)}`));
    }
    const clip = `clip-${kind.id}`;
    shapes.push(svg('clipPath', { id: clip }, svg('rect', { x: left, y: 0, width: width - left, height: bottom + 1 })));
    for (const { name, values } of lines) {
      const d = line(values, x, y);
      if (kind.single && known.some(v => v > 0)) shapes.push(svg('path', { class: 'gap-area', d: areaOf(values, x, y, bottom), 'clip-path': `url(#${clip})` }));
      shapes.push(svg('path', { class: `series ${name === null ? 'gap' : `i${index(name)}`}`, d, 'clip-path': `url(#${clip})` }));
    }
    if (known.length === 0) shapes.push(svg('text', { class: 'empty', x: (left + width) / 2, y: bottom / 2 + 4 }, kind.none ?? 'Nothing is known yet'));
    fill(kind.svg, { viewBox: `0 0 ${width} ${HEIGHT}` }, []);
    kind.svg.replaceChildren(...shapes);
    legend(kind, lines);
  }

  function areaOf(values, x, y, bottom) {
    const shown = values.filter(v => v[1] !== null);
    return `M${x(shown[0][0])} ${bottom}${shown.map(v => `L${x(v[0]).toFixed(1)} ${y(v[1]).toFixed(1)}`).join('')}L${x(shown[shown.length - 1][0])} ${bottom}Z`;
  }

  function legend(kind, lines) {
    const total = kind.rates ? lines.reduce((sum, l) => sum + (l.values[l.values.length - 1][1] ?? 0), 0) : 0;
    while (kind.values.children.length > lines.length) kind.values.lastChild.remove();
    lines.forEach(({ name, values }, i) => {
      if (!kind.values.children[i]) kind.values.append(el('span', {}, svg('svg', { viewBox: '0 0 22 6', 'aria-hidden': 'true' }, svg('line', { x1: 0, x2: 22, y1: 3, y2: 3, 'stroke-width': 3 })), el('span')));
      const item = kind.values.children[i], now = values[values.length - 1][1];
      setAttribute(item.firstChild.firstChild, 'class', name === null ? 'gap' : `i${index(name)}`);
      const part = kind.rates && total > 0 && now !== null ? `, ${Math.round(100 * now / total)} %` : '';
      setText(item.lastChild, `${name ? `${name} ` : ''}${now === null ? '–' : kind.format(now)}${part}`);
    });
    const text = lines.length === 0 ? 'Nothing is known yet.' : `${lines.map(l => summary(kind, l.name, l.values)).join('; ')} in the last four minutes.`;
    setText(kind.caption, `${kind.title}: ${text}`);
    setAttribute(kind.svg, 'aria-label', `${kind.title}: ${text}`);
  }

  function reset(history) {
    points.length = 0;
    for (const p of history) add({ t: Date.parse(p.at), gap: p.writeGap, nodes: Object.fromEntries(p.nodes.map(n => [n.name, { lag: n.lagMs, latency: n.latencyMs, reads: n.reads }])) });
  }

  function show(view) {
    limit = view.maxReplicaLagMs;
    add({ t: Date.parse(view.sentAt), gap: view.writeGapPeak, nodes: Object.fromEntries(view.nodes.map(n => [n.name, { lag: n.reachability === 'unreachable' ? null : n.lagMs, latency: n.latencyMs, reads: n.reads }])) });
    shown = view.nodes.map(n => n.name);
    for (const kind of kinds) draw(kind, shown);
  }

  new ResizeObserver(() => requestAnimationFrame(() => kinds.forEach(kind => draw(kind, shown)))).observe(host);

  return { reset, show };
})();
