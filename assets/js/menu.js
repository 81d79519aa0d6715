/* Menus: a button with data-menu="<id of the .menu>". Escape and a click elsewhere close; arrows move. */
(() => {
  const cb = window.callboard;
  const buttonOf = (menu) => document.querySelector(`[data-menu="${CSS.escape(menu.id)}"]`);

  function close(menu, refocus) {
    if (menu.hidden) return;
    menu.hidden = true;
    const button = buttonOf(menu);
    button?.setAttribute("aria-expanded", "false");
    if (refocus) button?.focus();
  }

  function items(menu) {
    return [...menu.querySelectorAll("a[href], button:not([disabled])")];
  }

  cb.closeMenus = (refocus) => {
    const open = [...document.querySelectorAll(".menu[data-own]:not([hidden])")];
    open.forEach((menu) => close(menu, refocus));
    return open.length > 0;
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-menu]");
    const menu = button && document.getElementById(button.dataset.menu);
    const inside = event.target.closest(".menu[data-own]");
    document.querySelectorAll(".menu[data-own]:not([hidden])").forEach((one) => {
      if (one !== menu && (one !== inside || event.target.closest("a, button"))) close(one, false);
    });
    if (!menu) return;
    if (!menu.hidden) return close(menu, false);
    menu.hidden = false;
    button.setAttribute("aria-expanded", "true");
    const chosen = menu.querySelector("[aria-checked=true]");
    if (chosen) menu.scrollTop = chosen.offsetTop - menu.clientHeight / 2; // of a long list the part that matters
    if (event.detail === 0) items(menu)[0]?.focus(); // opened by the keyboard
  });

  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.(".menu[data-own]");
    if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const all = items(menu);
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    all[(to + all.length) % all.length]?.focus();
  });
})();
