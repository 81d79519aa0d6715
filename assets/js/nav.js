/* Moving inside the app without reloading: plain links become what dcc.Link does. */
(() => {
  const cb = window.callboard;
  const OUTSIDE = /^\/(api|live|login|logout|assets|webhooks|healthz|readyz|_|download|export)/;
  let path = location.pathname;

  /** Go to an address of the app. */
  cb.go = (href) => {
    if (href === location.pathname + location.search) return location.reload();
    history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  };

  function current() {
    const here = location.pathname;
    document.querySelectorAll(".rail-item").forEach((item) => {
      const to = item.getAttribute("href");
      const on = to === here || (to !== "/" && here.startsWith(`${to}/`)) || (to === "/leads" && here.startsWith("/lead/"));
      if (on) item.setAttribute("aria-current", "page");
      else item.removeAttribute("aria-current");
    });
  }

  function moved() {
    cb.closeMenus?.();
    current();
    if (location.pathname === path) return;
    path = location.pathname;
    document.getElementById("main")?.scrollTo(0, 0);
    if (cb.isPhone()) window.scrollTo(0, 0);
    setTimeout(() => cb.emit("left-lead", {}), 0);
  }

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[href]");
    if (!link || link.target || link.hasAttribute("download") || link.dataset.full !== undefined) return;
    const to = new URL(link.href, location.href);
    if (to.origin !== location.origin || OUTSIDE.test(to.pathname)) return;
    if (to.hash && to.pathname === location.pathname && to.search === location.search) return;
    event.preventDefault();
    cb.go(to.pathname + to.search + to.hash);
  });
  window.addEventListener("_dashprivate_pushstate", moved);
  window.addEventListener("popstate", moved);
  /* A page that belongs to another address: go there, and leave no step in the history. */
  function goOn(element) {
    history.replaceState({}, "", element.dataset.goOn);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  cb.mounts.push([".rail", current], ["[data-go-on]", goOn], ["#_pages_content > *", () => cb.emit("left-lead", {})]);
})();
