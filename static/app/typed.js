// Fields that are typed and nothing else: what is pasted, dropped or filled in was not read.

/** @type {Record<string, string>} */
const why = {
  paste: "Pasting is not taken: a read-back is typed, so that what is compared is what somebody read.",
  drop: "Dropping text is not taken: a read-back is typed, so that what is compared is what somebody read.",
  fill: "Filled-in text is not taken: a read-back is typed, so that what is compared is what somebody read.",
};

/** @type {Record<string, string>} */
const refusedTypes = { insertFromPaste: "paste", insertFromPasteAsQuotation: "paste", insertFromYank: "paste", insertFromDrop: "drop", insertReplacementText: "fill" };

/**
 * guard watches every field with data-typed below root. typed hears what was typed; refused a sentence; kept gives what
 * the field held before.
 * @param {Document} root
 * @param {{ typed(field: string, of: string, text: string): void, refused(of: string, why: string): void, kept(field: string, of: string): string }} hears
 */
export function guard(root, { typed, refused, kept }) {
  /** @param {Event} e */
  const mine = (e) => (e.target instanceof HTMLInputElement && e.target.dataset.typed ? e.target : null);
  /** @param {HTMLInputElement} field */
  const of = (field) => field.dataset.of ?? "";
  let keyed = false; // a beforeinput was seen, so that a person's hand is behind the next input

  for (const kind of ["paste", "drop"]) {
    root.addEventListener(kind, (e) => {
      const field = mine(e);
      if (!field) return;
      e.preventDefault();
      refused(of(field), why[kind]);
    });
  }
  root.addEventListener("dragover", (e) => mine(e) && e.preventDefault());
  root.addEventListener("beforeinput", (e) => {
    const field = mine(e);
    if (!field) return;
    const kind = refusedTypes[e.inputType];
    if (kind) {
      e.preventDefault();
      refused(of(field), why[kind]);
      return;
    }
    keyed = true;
  });
  root.addEventListener("input", (e) => {
    const field = mine(e);
    if (!field) return;
    const filled = !keyed || !(e instanceof InputEvent) || !e.inputType || refusedTypes[e.inputType];
    keyed = false;
    if (filled) {
      field.value = kept(field.dataset.typed ?? "", of(field));
      refused(of(field), why.fill);
      return;
    }
    typed(field.dataset.typed ?? "", of(field), field.value);
  });
}
