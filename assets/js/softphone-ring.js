/* The ring of a call that nobody here asked for, made by WebAudio in the page that is the telephone. It is heard where
   the computer's own sounds are, so that a headset on the desk is no missed call; it heeds the person's choice of
   sound and the volume kept in this browser. A page that was never touched may not sound: then `state` is "blocked". */
(() => {
  const cb = window.callboard;
  const KEPT = "callboard-ring-volume"; // 0 to 1
  const TONES = [400, 450]; // Hz
  const BURSTS = [0, 0.6]; // s after the beginning of a ring
  const BURST = 0.4; // s
  const AGAIN = 3000; // ms from ring to ring
  const WAKING = 400; // ms a browser may take to let the page sound

  cb.softphoneRing = ({ wanted, changed }) => {
    const ring = { state: "silent" }; // silent | sounding | blocked
    let audio = null;
    let timer = 0;
    let on = wanted;

    const kept = () => {
      const found = parseFloat(localStorage.getItem(KEPT));
      return found >= 0 && found <= 1 ? found : 0.5;
    };

    function say(state) {
      if (ring.state === state) return;
      ring.state = state;
      changed();
    }

    function once(into) {
      for (const after of BURSTS) {
        const [volume, at] = [into.createGain(), into.currentTime + after + 0.02];
        volume.gain.setValueAtTime(0, at);
        volume.gain.linearRampToValueAtTime(0.4 * kept(), at + 0.03);
        volume.gain.setValueAtTime(0.4 * kept(), at + BURST - 0.05);
        volume.gain.linearRampToValueAtTime(0, at + BURST);
        volume.connect(into.destination);
        for (const pitch of TONES) {
          const tone = into.createOscillator();
          tone.frequency.value = pitch;
          tone.connect(volume);
          tone.start(at);
          tone.stop(at + BURST);
        }
      }
    }

    function sound() {
      clearTimeout(timer);
      if (audio?.state !== "running") return;
      say("sounding");
      once(audio);
      timer = setTimeout(sound, AGAIN);
    }

    const touched = () => audio?.resume();

    function stop() {
      clearTimeout(timer);
      audio?.close();
      audio = null;
      ["pointerdown", "keydown", "click"].forEach((name) => removeEventListener(name, touched, true));
      say("silent");
    }

    function start() {
      const begun = (audio = new AudioContext());
      audio.onstatechange = sound;
      sound();
      if (audio.state === "running") return;
      setTimeout(() => { if (audio === begun && audio.state !== "running") say("blocked"); }, WAKING);
      ["pointerdown", "keydown", "click"].forEach((name) => addEventListener(name, touched, true));
    }

    let due = false;
    const follow = () => {
      if (due && on && !audio) start();
      else if (!(due && on) && audio) stop();
    };

    /** Does a call ring that waits for the person? */
    ring.should = (yes) => { due = yes; follow(); };
    ring.choose = (yes) => { on = yes; follow(); };
    /** After a click: resolves to whether it sounds. */
    ring.hear = async () => {
      await Promise.race([audio?.resume(), new Promise((resolve) => setTimeout(resolve, WAKING))]);
      return audio?.state === "running";
    };
    /** How loud, 0 to 1; given a value, keep that and let it be heard once. */
    ring.volume = (value) => {
      if (value === undefined) return kept();
      localStorage.setItem(KEPT, String(value));
      if (audio || !on) return value;
      const sample = new AudioContext();
      once(sample);
      setTimeout(() => sample.close(), 1500);
      return value;
    };
    return ring;
  };
})();
