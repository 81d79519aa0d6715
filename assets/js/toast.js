/* Short messages at the foot: callboard.toast({text, icon, reference}). From Python: set_props("toast", {"data": …}). */
(() => {
  const cb = window.callboard;
  const LASTS = 6000;

  cb.toast = ({ text, icon = "info-circle", reference = "" }) => {
    const stack = document.getElementById("toasts");
    if (!stack || !text) return;
    const card = cb.el(
      "div", "toast-card", cb.icon(icon),
      cb.el("div", "grow", cb.el("div", "", text), reference ? cb.el("div", "micro", `Reference ${reference}`) : null),
    );
    stack.append(card);
    while (stack.children.length > 4) stack.firstChild.remove();
    setTimeout(() => {
      card.classList.add("is-leaving");
      setTimeout(() => card.remove(), 150);
    }, reference ? LASTS * 3 : LASTS);
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.callboard = Object.assign(window.dash_clientside.callboard || {}, {
    toast(message) {
      if (message) cb.toast(message);
      return window.dash_clientside.no_update;
    },
    failed(error) {
      if (error) cb.toast({ text: "Something went wrong. Please try again; if it happens once more, tell your administrator.", icon: "exclamation-triangle-fill", reference: error.reference });
      return window.dash_clientside.no_update;
    },
  });
})();
