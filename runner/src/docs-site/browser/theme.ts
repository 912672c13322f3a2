import { h } from './dom.js';

const KEY = 'tsdbt-docs-theme';
const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const;
type Theme = keyof typeof NEXT;
const NAMES: Readonly<Record<Theme, string>> = { auto: '◐ Auto', light: '☀ Light', dark: '☾ Dark' };

/** A button that goes through the system's colours, light and dark; the choice is kept where the browser keeps things. */
export function themeButton(): HTMLButtonElement {
  let theme = stored();
  const button = h('button', { type: 'button', class: 'theme' });
  const apply = (): void => {
    document.documentElement.style.colorScheme = theme === 'auto' ? '' : theme;
    button.textContent = NAMES[theme];
    button.setAttribute('aria-label', `Colours: ${theme}. Change`);
    document.dispatchEvent(new Event('themechange'));
  };
  button.addEventListener('click', () => {
    theme = NEXT[theme];
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // pages from files may have no storage: the choice lasts as long as the page
    }
    apply();
  });
  apply();
  return button;
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'auto';
  } catch {
    return 'auto';
  }
}
