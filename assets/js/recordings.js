/* Recordings: [data-recording] plays one in a small player at the foot of the screen. It stands outside what Dash
   draws, so that it goes on while the timeline is drawn anew and the page changes. */
(() => {
  const cb = window.callboard;
  let dock = null;

  function close() {
    if (!dock) return;
    const audio = dock.querySelector("audio");
    audio.pause();
    audio.removeAttribute("src"); // lets go of the connection
    audio.load();
    dock.remove();
    dock = null;
  }

  /* An audio element cannot tell why; the address can. */
  async function why(href) {
    try {
      const answer = await fetch(href, { headers: { Range: "bytes=0-0" } });
      if (answer.ok) return "This browser cannot play the recording.";
      return (await answer.json()).error || "The recording cannot be played.";
    } catch {
      return "The recording cannot be played now.";
    }
  }

  function play(button) {
    close();
    const href = `/recordings/${Number(button.dataset.recording)}`;
    const said = cb.el("span", "recording-said clip", button.dataset.said || "Recording");
    const audio = cb.el("audio");
    Object.assign(audio, { controls: true, preload: "auto", src: href });
    audio.setAttribute("aria-label", said.textContent);
    const shut = cb.el("button", "btn btn-plain btn-icon", cb.icon("x-lg"));
    Object.assign(shut, { type: "button", onclick: close });
    shut.setAttribute("aria-label", "Close the recording");
    const own = cb.el("div", "recording-dock", cb.icon("record-circle"), said, audio, shut);
    own.setAttribute("role", "region");
    own.setAttribute("aria-label", "Recording");
    audio.addEventListener("error", async () => {
      if (own !== dock || !audio.getAttribute("src")) return;
      const words = await why(href);
      if (own !== dock) return;
      audio.hidden = true;
      said.textContent = words;
      said.setAttribute("role", "status");
      own.classList.add("is-failed");
    });
    dock = own;
    document.body.append(own);
    audio.play().catch(() => {}); // a browser that waits for a click shows the controls
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-recording]");
    if (button) play(button);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && dock?.contains(document.activeElement)) close();
  });
})();
