/* What the other scripts share; the document's head loads it before them. `callboard.mounts` takes
   [selector, function] pairs, and each function runs once for every matching element as it appears. */
(() => {
  const cb = (window.callboard = window.callboard || {});
  cb.mounts = [];

  /** An element from a tag, a class and children. Text only ever becomes a text node. */
  cb.el = (tag, className, ...children) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return made;
  };
  cb.icon = (name) => {
    const made = cb.el("i", `bi bi-${name}`);
    made.setAttribute("aria-hidden", "true");
    return made;
  };
  cb.chip = (tone, icon, text) => cb.el("span", `chip is-${tone}`, cb.icon(icon), cb.el("span", "", text));

  cb.on = (kind, fn) => window.addEventListener(`callboard:${kind}`, (event) => fn(event.detail));
  cb.emit = (kind, detail) => window.dispatchEvent(new CustomEvent(`callboard:${kind}`, { detail }));

  const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
  /** The value of our cookie; over https its name has a prefix (dashapp/auth.py). */
  cb.cookie = (name) => cookie(`__Host-${name}`) ?? cookie(name) ?? "";

  /** The session ended: sign in, and come back here. */
  cb.signIn = () => location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);

  /** POST JSON to our own server; resolves to the answer's JSON, rejects on anything but 2xx. */
  cb.post = async (url, body) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": cb.cookie("callboard_csrf") },
      body: JSON.stringify(body),
    });
    if (answer.status === 401) cb.signIn();
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return answer.json();
  };

  /** Give a Dash component of the page new props, as a callback's output would. */
  cb.setProps = (id, props) => window.dash_clientside.set_props(id, props);

  cb.isPhone = () => matchMedia("(max-width: 767.98px)").matches;

  const seen = new WeakMap();
  let asked = false;

  function sweep() {
    asked = false;
    for (const [selector, fn] of cb.mounts) {
      for (const element of document.querySelectorAll(selector)) {
        const done = seen.get(element) ?? new Set();
        if (done.has(fn)) continue;
        seen.set(element, done.add(fn));
        fn(element);
      }
    }
  }

  function ask() {
    if (asked) return;
    asked = true;
    queueMicrotask(sweep);
  }

  new MutationObserver(ask).observe(document.documentElement, { childList: true, subtree: true });
  ask();
})();
