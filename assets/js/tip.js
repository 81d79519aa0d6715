/* What an (i) means: [data-tip], shown on hover and focus, put away by Escape. */
(() => {
  const cb = window.callboard;
  let tip = null;

  function hide() {
    tip?.remove();
    tip = null;
  }

  function show(target) {
    hide();
    tip = cb.el("div", "tip", target.dataset.tip);
    tip.setAttribute("role", "tooltip");
    document.body.append(tip);
    const at = target.getBoundingClientRect();
    const box = tip.getBoundingClientRect();
    const above = at.top - box.height - 8;
    tip.style.left = `${Math.max(8, Math.min(at.left + at.width / 2 - box.width / 2, innerWidth - box.width - 8))}px`;
    tip.style.top = `${above > 8 ? above : at.bottom + 8}px`;
  }

  const of = (event) => event.target.closest?.("[data-tip]");
  document.addEventListener("mouseover", (event) => { const target = of(event); if (target) show(target); });
  document.addEventListener("mouseout", (event) => of(event) && hide());
  document.addEventListener("focusin", (event) => { const target = of(event); if (target) show(target); });
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("scroll", hide, true);
})();
