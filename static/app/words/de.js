// German for every sentence of the app. A sentence that is missing here is shown in English; a test finds it.

/** @type {Record<string, string>} */
export const de = {
};
