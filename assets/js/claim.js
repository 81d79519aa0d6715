/* Taking a waiting call, giving it back, assigning it: POST /claim. Who has it now is told to all by `entry` events. */
(() => {
  const cb = window.callboard;
  let asking = false;

  /** `what` is claim, release or assign. Resolves to true when it was done; a refusal is said in a toast. */
  cb.claim = async (what, entry, person) => {
    if (asking) return false;
    asking = true;
    try {
      const answer = await fetch("/claim", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": cb.cookie("callboard_csrf") },
        body: JSON.stringify({ do: what, entry, ...(person && { person }) }),
      });
      if (answer.status === 401) cb.signIn();
      const told = await answer.json().catch(() => ({}));
      if (answer.ok) return true;
      cb.toast({ icon: "person-check", text: told.say || "That could not be done. Please try again." });
    } catch {
      cb.toast({ icon: "wifi-off", text: "This page has no connection. Try again when it is back." });
    } finally {
      asking = false;
    }
    return false;
  };

  /** The counselors an entry can be assigned to, as {id, name}. */
  cb.assignable = async (entry) => {
    const answer = await fetch(`/claim/${entry}/people`, { cache: "no-store" });
    return answer.ok ? (await answer.json()).people : [];
  };
})();
