// Every page works without this file; it only saves a step or catches a slip.

// Copy buttons: <button data-copy="id-of-the-value" hidden>. The word on the button says what happened.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const value = document.getElementById(button.dataset.copy);
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(value.value ?? value.textContent.trim());
      button.textContent = button.dataset.copied;
    } catch {
      // Not allowed here (a page over http, say): select it, so that the keyboard can copy.
      getSelection().selectAllChildren(value);
      return;
    }
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

// A button with data-guard does not react for its first 500 ms in sight: a click that was aimed at a window which
// lay on top of this one (double clickjacking) gives nothing away.
const GUARD = 500;
let ready = performance.now() + GUARD;
const rearm = () => { ready = performance.now() + GUARD; };
addEventListener("focus", rearm);
addEventListener("pageshow", rearm);
document.addEventListener("visibilitychange", rearm);
for (const button of document.querySelectorAll("button[data-guard]")) {
  button.addEventListener("click", (event) => {
    if (performance.now() < ready) event.preventDefault();
  });
}

// A form that counts once is sent once: the second click of a double click would only find it answered.
for (const form of document.querySelectorAll("form[data-once]")) {
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  addEventListener("pageshow", () => { isSent = false; }); // back, out of the browser's memory
}

// A page that only carries an answer to a client sends itself on.
document.querySelector("form[data-submit]")?.submit();
