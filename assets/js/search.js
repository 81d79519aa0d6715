/* The search field in [data-search]: Enter leads to the list of leads. */
(() => {
  const cb = window.callboard;

  let number = "";

  function build(place) {
    const input = cb.el("input");
    input.type = "search";
    input.name = "q";
    input.placeholder = "Search name, city or number";
    input.autocomplete = "off";
    input.spellcheck = false;
    input.maxLength = 80;
    input.setAttribute("aria-label", input.placeholder);
    const form = cb.el("form", "", cb.icon("search"), input, cb.el("kbd", "", "Ctrl K"));
    form.setAttribute("role", "search");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(input.value.trim());
      input.blur();
    });
    place.replaceChildren(form);
    follow(input);
  }

  /* Words go into the address, to be shared; a phone number must never stand in one. */
  function ask(text) {
    if (text.replace(/\D/g, "").length < 6) return cb.go(text ? `/leads?q=${encodeURIComponent(text)}` : "/leads");
    number = text;
    if (!document.getElementById("leads-found")) return cb.go("/leads");
    history.replaceState(history.state, "", "/leads");
    byNumber();
  }

  function byNumber() {
    if (number) cb.setProps("leads-number", { data: { number, at: Date.now() } });
    number = "";
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
  cb.mounts.push(["[data-search]", build], ["#leads-found", () => setTimeout(byNumber, 0)]);
})();
