(() => {
  const root = document.documentElement;

  // light or dark: what the system asks for, until the reader chooses
  const button = document.getElementById('theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const stored = (value) => {
    try {
      if (value !== undefined) localStorage.setItem('tsdbt-theme', value);
      return localStorage.getItem('tsdbt-theme');
    } catch {
      return null;
    }
  };
  const isDark = () => (root.dataset.theme ?? (dark.matches ? 'dark' : 'light')) === 'dark';
  const show = () => {
    button.textContent = isDark() ? 'Light page' : 'Dark page';
  };
  const before = stored();
  if (before === 'light' || before === 'dark') root.dataset.theme = before;
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    stored(root.dataset.theme);
    show();
  });
  dark.addEventListener('change', show);
  show();

  // tooltips: the titles of marks, shown at once
  const tip = document.getElementById('tip');
  const texts = new WeakMap();
  const textOf = (mark) => {
    const title = mark.querySelector(':scope > title');
    if (title) {
      texts.set(mark, title.textContent);
      title.remove();
    }
    return texts.get(mark);
  };
  const hide = () => {
    tip.hidden = true;
  };
  const point = (event) => {
    const mark = event.target.closest?.('svg.chart rect, svg.chart circle, svg.chart text');
    const text = mark && textOf(mark);
    if (!text) return hide();
    tip.textContent = text;
    tip.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = tip;
    const left = Math.min(Math.max(8, event.clientX - width / 2), innerWidth - width - 8);
    const above = event.clientY - height - 14;
    tip.style.left = `${left}px`;
    tip.style.top = `${above < 8 ? event.clientY + 18 : above}px`;
  };
  addEventListener('pointermove', point, { passive: true });
  addEventListener('pointerdown', point, { passive: true });
  addEventListener('scroll', hide, { passive: true });
  document.addEventListener('pointerleave', hide);
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide();
  });

  // where the reader is
  const links = new Map([...document.querySelectorAll('nav a')].map((link) => [link.hash.slice(1), link]));
  const current = (id) => {
    for (const [name, link] of links) {
      if (name === id) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  };
  const watch = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) if (entry.isIntersecting) current(entry.target.id);
    },
    { rootMargin: '-20% 0px -75% 0px' },
  );
  for (const id of links.keys()) watch.observe(document.getElementById(id));

  // copying a query
  for (const copy of document.querySelectorAll('.copy')) {
    copy.addEventListener('click', async () => {
      const code = copy.parentElement.querySelector('code');
      let done = true;
      try {
        await navigator.clipboard.writeText(code.textContent);
      } catch {
        done = false;
        getSelection().selectAllChildren(code);
      }
      copy.textContent = done ? 'Copied' : 'Selected';
      setTimeout(() => {
        copy.textContent = 'Copy';
      }, 1500);
    });
  }
})();
