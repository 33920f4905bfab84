// What tests look at a page with. It is put in before the page's own script, by the browser's protocol, which its policy does not concern.
window.lens = {
  // Each text that some elements have had, and since when, by the machine's clock.
  seen: [],

  watch(selectors) {
    const note = () => {
      const texts = selectors.map(s => document.querySelector(s)?.textContent ?? '');
      const last = lens.seen[lens.seen.length - 1];
      if (!last || last.texts.some((t, i) => t !== texts[i])) lens.seen.push({ at: Date.now(), texts });
    };
    note();
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  },

  // When a condition was true first: 0 while it was not.
  await(name, condition) {
    lens[name] = 0;
    const look = () => { if (lens[name] === 0 && condition()) { lens[name] = Date.now(); } };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    look();
  },

  // Every text in sight whose contrast is below WCAG AA (4.5, large text 3), with the colours. Source: WCAG 2.2, 1.4.3.
  poorContrast() {
    const parse = c => { const m = /rgba?\(([^)]+)\)/.exec(c); if (!m) return null; const p = m[1].split(/[ ,/]+/).map(Number); return { r: p[0], g: p[1], b: p[2], a: p.length > 3 ? p[3] : 1 }; };
    const over = (top, below) => ({ r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a), b: top.b * top.a + below.b * (1 - top.a), a: 1 });
    const channel = v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
    const luminance = c => .2126 * channel(c.r) + .7152 * channel(c.g) + .0722 * channel(c.b);
    const backgroundOf = element => {
      const layers = [];
      const inNode = element.closest('g.node')?.querySelector('rect.box');
      if (inNode) layers.push(parse(getComputedStyle(inNode).fill));
      for (let e = element.closest('svg') && element instanceof SVGElement ? element.closest('svg').parentElement : element; e; e = e.parentElement) {
        const c = parse(getComputedStyle(e).backgroundColor);
        if (c && c.a > 0) layers.push(c);
        if (c && c.a === 1) break;
      }
      layers.push(parse(getComputedStyle(document.documentElement).backgroundColor)?.a ? parse(getComputedStyle(document.documentElement).backgroundColor) : { r: 255, g: 255, b: 255, a: 1 });
      return layers.reverse().reduce((below, top) => over(top, below));
    };
    const poor = [];
    let looked = 0;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
      if (text === '' || element.closest('script, style, noscript, .hidden, [hidden], dialog:not([open])') || element.getClientRects().length === 0) continue;
      const style = getComputedStyle(element);
      if (style.visibility === 'hidden' || element.closest('button:disabled')) continue;
      const colour = parse(element instanceof SVGElement ? style.fill : style.color), background = backgroundOf(element);
      if (!colour) continue;
      looked++;
      const [a, b] = [luminance(over(colour, background)), luminance(background)].sort((x, y) => y - x);
      const ratio = (a + .05) / (b + .05), size = parseFloat(style.fontSize), needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
      if (ratio < needed) poor.push(`${ratio.toFixed(2)} ${style.fontSize} '${text.slice(0, 40)}' ${style.color} ${JSON.stringify(background)}`);
    }
    return { looked, poor };
  },

  // Where the focus is, and whether that can be seen.
  focus() {
    const e = document.activeElement, style = getComputedStyle(e);
    return { what: e === document.body ? 'body' : e.id || e.className || e.tagName.toLowerCase(), visible: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 };
  },
};
