// Entry point of the desk's pages.

import { initAlerts } from "./alerts.js";
import { initAttach } from "./attach.js";
import { initBack } from "./back.js";
import { initCommandBar } from "./command_bar.js";
import { initDelayed } from "./delayed.js";
import { initDrafts } from "./drafts.js";
import { initForms } from "./forms.js";
import { initIdle } from "./idle.js";
import { initDialogs, initKeys } from "./keys.js";
import { initLazyPanes } from "./lazy_panes.js";
import { initLive } from "./live.js";
import { initMenus } from "./menus.js";
import { initOpening } from "./opening.js";
import { initOutgoing } from "./outgoing.js";
import { initOwnCases } from "./own_cases.js";
import { initFollowing } from "./panes.js";
import { initPhrases } from "./phrases.js";
import { initPictures } from "./pictures.js";
import { initRecord } from "./record.js";
import { initSearch } from "./search.js";
import { initShiftNotice } from "./shift_notice.js";
import { initSounds } from "./sounds.js";
import { initTimeline } from "./timeline.js";
import { initToastPlace } from "./toast_place.js";
import { initTypedTimes } from "./typed_times.js";
import { initWordCounts } from "./word_counts.js";

initIdle(); // first: it must be able to stop the key or click that only wakes the page
initWordCounts(); // before all that listens for a form that is sent
initForms();
initOutgoing();
initDelayed();
initAttach();
initDrafts();
initPictures();
initSounds();
initDialogs();
initMenus();
initBack(); // after it: an address may open a sheet
initTypedTimes();
initKeys();
initOpening();
initCommandBar();
initPhrases();
initLive();
initOwnCases();
initAlerts();
initFollowing();
initRecord();
initLazyPanes();
initTimeline(); // after it: the page may begin at what is new
initSearch();
initShiftNotice();
initToastPlace();
for (const toast of document.querySelectorAll(".toast")) setTimeout(() => toast.remove(), 6000);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // a page from the browser's cache may be out of date
});
