/* Microphone and loudspeaker: which ones, kept in this browser; the microphone is asked for in a click and let go after
   the call. A device that is unplugged during a call gives way to the computer's own, and that is said. */
(() => {
  const cb = window.callboard;
  const MICROPHONE = "callboard-microphone"; // the chosen devices' ids
  const LOUDSPEAKER = "callboard-loudspeaker";
  const WANTED = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  const MOVABLE = "setSinkId" in HTMLMediaElement.prototype;

  const listed = async (kind) => (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === kind);

  /** `call()` is the call or null; `changed({microphone, notice})` is told what is new. */
  cb.softphoneDevices = ({ call, changed }) => {
    let stream = null;
    let letGo = 0;
    let ear = null; // {of, audio, analyser}: how loud a stream is, outside of a call
    const track = () => stream?.getAudioTracks()[0];

    function deaf() {
      ear?.audio.close();
      ear = null;
    }

    async function opened(deviceId) {
      let made;
      try {
        made = await navigator.mediaDevices.getUserMedia({ audio: deviceId ? { ...WANTED, deviceId } : WANTED });
      } catch (error) {
        changed({ microphone: { NotFoundError: "none", NotAllowedError: "denied" }[error.name] ?? "failed" });
        throw error;
      }
      made.getAudioTracks()[0].addEventListener("ended", look);
      changed({ microphone: "granted" });
      return made;
    }

    function speakInto(made) {
      const before = stream;
      stream = made;
      call()?.speak(made);
      before?.getTracks().forEach((one) => { one.removeEventListener("ended", look); one.stop(); });
    }

    async function microphone() {
      const at = track();
      const { deviceId } = at?.getSettings() ?? {};
      const there = at && at.readyState === "live" && (!deviceId || (await listed("audioinput")).some((one) => one.deviceId === deviceId));
      if (!at || there) return;
      try {
        speakInto(await opened(null));
        changed({ notice: `Your microphone was unplugged: now ${track().label || "the computer's own"}` });
      } catch {
        changed({ notice: "Your microphone was unplugged, and no other was found: they cannot hear you" });
      }
    }

    async function loudspeaker() {
      const at = call()?.sink();
      if (!at || (await listed("audiooutput")).some((one) => one.deviceId === at)) return;
      await call()?.soundAt("");
      changed({ notice: "Your loudspeaker was unplugged: now the computer's own" });
    }

    let looking = Promise.resolve();
    function look() {
      if (call()) looking = looking.then(microphone).then(loudspeaker).catch((error) => console.warn(error.message));
    }

    const devices = {
      start: () => navigator.mediaDevices?.addEventListener("devicechange", look),
      stop: () => navigator.mediaDevices?.removeEventListener("devicechange", look),
      async mic() {
        clearTimeout(letGo);
        if (track()?.readyState === "live") return stream;
        const chosen = localStorage.getItem(MICROPHONE);
        // Asked for as an ideal only, Chromium gives its own default even where the chosen one is there.
        let missing = false;
        stream = await opened(chosen && { exact: chosen }).catch((error) => {
          if (error.name !== "OverconstrainedError") throw error;
          missing = true;
          return opened(null);
        });
        changed({ notice: missing ? `The microphone you chose is not there: now ${track().label}` : "" });
        return stream;
      },
      release(after = 0) {
        clearTimeout(letGo);
        letGo = setTimeout(() => {
          if (call()) return;
          deaf();
          stream?.getTracks().forEach((one) => one.stop());
          stream = null;
        }, after);
      },
      /** How loud the open microphone is now, 0 to 1. */
      level() {
        if (!stream) return 0;
        if (ear?.of !== stream) {
          deaf();
          const audio = new AudioContext();
          const analyser = audio.createAnalyser();
          audio.createMediaStreamSource(stream).connect(analyser);
          ear = { of: stream, audio, analyser };
        }
        const wave = new Float32Array(ear.analyser.fftSize);
        ear.analyser.getFloatTimeDomainData(wave);
        return Math.max(...wave.map(Math.abs));
      },
      /** The chosen loudspeaker's id, if it is there; empty: the computer's own. */
      async loudspeaker() {
        const chosen = MOVABLE && localStorage.getItem(LOUDSPEAKER);
        return chosen && (await listed("audiooutput")).some((one) => one.deviceId === chosen) ? chosen : "";
      },
      async list() {
        const told = (found, word, used) => found.filter((one) => one.deviceId).map((one, at) => ({
          id: one.deviceId, label: one.label || `${word} ${at + 1}`, chosen: one.deviceId === (used || "default"),
        }));
        return {
          microphones: told(await listed("audioinput"), "Microphone", track()?.getSettings().deviceId ?? localStorage.getItem(MICROPHONE)),
          loudspeakers: MOVABLE ? told(await listed("audiooutput"), "Loudspeaker", call()?.sink() ?? (await devices.loudspeaker())) : [],
        };
      },
      /** Speak into this one from now on. Rejects, and leaves everything, when it cannot be had. */
      async choose(id) {
        speakInto(await opened({ exact: id }));
        localStorage.setItem(MICROPHONE, id);
        changed({ notice: "" });
      },
      /** Hear calls there from now on. Rejects as ``choose``. */
      async chooseLoudspeaker(id) {
        await call()?.soundAt(id);
        localStorage.setItem(LOUDSPEAKER, id);
        changed({ notice: "" });
      },
    };
    return devices;
  };
})();
