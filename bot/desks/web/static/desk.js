// The desk's pages: what makes them live, answer to keys, and let a message be called back.

import { alerts } from "./alerts.js";
import { commandBar } from "./bar.js";
import { keepWhatIsBegun } from "./begun.js";
import { listen } from "./live.js";
import { answerToKeys, opener } from "./keys.js";
import { takeForms } from "./forms.js";
import { lookUpPhrases } from "./phrases.js";
import { showPictures } from "./pictures.js";
import { toEnd } from "./panes.js";
import { hideFromWhoeverPasses } from "./unseen.js";

hideFromWhoeverPasses(); // first: nothing else may take the key that only brings it back
takeForms();
keepWhatIsBegun();
showPictures();
opener();
answerToKeys();
commandBar();
lookUpPhrases();
listen();
alerts();
toEnd();
for (const toast of document.querySelectorAll(".toast")) setTimeout(() => toast.remove(), 6000);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // what a browser kept of a page may be nobody's any more
});
