// The service worker: it lets the app be installed, and says what to do when Readback cannot be reached. It keeps
// nothing: no page, no answer, no result.

const words = {
  en: ["Not connected", "Readback cannot be reached from here. Calls go on without this screen. If it is urgent, telephone the laboratory.", "Try again"],
  de: ["Nicht verbunden", "Readback ist von hier nicht erreichbar. Die Meldungen laufen ohne diesen Bildschirm weiter. Ist es dringend, rufen Sie das Labor an.", "Noch einmal"],
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (e) => {
  if (e.request.mode !== "navigate") return;
  e.respondWith(fetch(e.request).catch(offline));
});

function offline() {
  const lang = self.navigator.language.startsWith("de") ? "de" : "en";
  const [title, say, again] = words[lang];
  const page = `<!doctype html><html lang="${lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<meta name="color-scheme" content="light dark"><title>Readback</title><body><main><h1>${title}</h1><p>${say}</p><p><a href="/">${again}</a></p></main>`;
  return new Response(page, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'" } });
}
