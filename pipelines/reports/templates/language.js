
/* Remembers the language from page to page. Without it links carry the language (#said-da), and the style shows what they lead to. */
(() => {
  const root = document.documentElement, codes = root.dataset.languages.split(" "), key = "udbytte.language";
  const named = (hash) => codes.find((code) => hash === `#said-${code}` || hash.startsWith(`#${code}.`));
  const twin = (hash, code) => {
    const name = decodeURIComponent(hash.slice(1)), from = named(hash) || codes[0];
    const bare = name.startsWith(`${from}.`) ? name.slice(from.length + 1) : name;
    return bare === `said-${from}` || !bare ? `said-${code}` : (code === codes[0] ? "" : `${code}.`) + bare;
  };
  const kept = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const keep = (code) => { try { localStorage.setItem(key, code); } catch { /* a browser may refuse to remember */ } };
  const show = (code) => {
    root.dataset.shown = root.lang = code;
    document.title = root.getAttribute(`data-title-${code}`);
    for (const link of document.querySelectorAll(".languages a")) {
      if (link.hreflang === code) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
  };
  const wished = [named(location.hash), kept(), ...(navigator.languages || []).map((tag) => tag.slice(0, 2))];
  const first = wished.find((code) => codes.includes(code)) || codes[0];
  root.dataset.shown = root.lang = first;
  document.addEventListener("DOMContentLoaded", () => {
    show(first);
    const there = location.hash && !named(location.hash) && twin(location.hash, first);
    if (there && document.getElementById(there)) location.replace(`#${there}`);
    for (const link of document.querySelectorAll(".languages a")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const hash = `#${twin(location.hash, link.hreflang)}`;
        keep(link.hreflang);
        show(link.hreflang);
        if (named(hash) && hash === `#said-${link.hreflang}`) history.replaceState(null, "", hash); else location.replace(hash);
      });
    }
  });
  addEventListener("hashchange", () => {
    const code = named(location.hash);
    if (code) { keep(code); show(code); }
  });
})();
