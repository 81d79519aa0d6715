/* The search field in [data-search]: Enter leads to the list of leads. */
(() => {
  const cb = (window.callboard = window.callboard || {});

  function build(place) {
    const input = cb.el("input");
    input.type = "search";
    input.name = "q";
    input.placeholder = "Search leads by name, city or programme";
    input.autocomplete = "off";
    input.spellcheck = false;
    input.maxLength = 80;
    input.setAttribute("aria-label", input.placeholder);
    const form = cb.el("form", "", cb.icon("search"), input, cb.el("kbd", "", "Ctrl K"));
    form.setAttribute("role", "search");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      cb.go(`/leads?q=${encodeURIComponent(input.value.trim())}`);
      input.blur();
    });
    place.replaceChildren(form);
    follow(input);
  }

  function follow(input) {
    const asked = location.pathname === "/leads" ? new URLSearchParams(location.search).get("q") : "";
    if (document.activeElement !== input) input.value = asked || "";
  }

  cb.focusSearch = () => {
    const input = [...document.querySelectorAll("[data-search] input")].find((one) => one.offsetParent);
    input?.focus();
    input?.select();
  };

  const all = () => document.querySelectorAll("[data-search] input").forEach(follow);
  window.addEventListener("_dashprivate_pushstate", all);
  window.addEventListener("popstate", all);
  (cb.mounts = cb.mounts || []).push(["[data-search]", build]);
})();
