// Fields that are typed and nothing else: what is pasted, dropped or filled in was not read.

const why = {
  paste: "Pasting is not taken: a read-back is typed, so that what is compared is what somebody read.",
  drop: "Dropping text is not taken: a read-back is typed, so that what is compared is what somebody read.",
  fill: "Filled-in text is not taken: a read-back is typed, so that what is compared is what somebody read.",
};

const refusedTypes = { insertFromPaste: "paste", insertFromPasteAsQuotation: "paste", insertFromYank: "paste", insertFromDrop: "drop", insertReplacementText: "fill" };

// guard watches every field with data-typed below root. typed(field, call, text) hears what was typed; refused(why) a
// sentence; kept(field, call) gives what the field held before.
export function guard(root, { typed, refused, kept }) {
  const mine = (e) => (e.target instanceof HTMLInputElement && e.target.dataset.typed ? e.target : null);
  let keyed = false; // a beforeinput was seen, so that a person's hand is behind the next input

  for (const kind of ["paste", "drop"]) {
    root.addEventListener(kind, (e) => {
      if (!mine(e)) return;
      e.preventDefault();
      refused(why[kind]);
    });
  }
  root.addEventListener("dragover", (e) => mine(e) && e.preventDefault());
  root.addEventListener("beforeinput", (e) => {
    if (!mine(e)) return;
    const kind = refusedTypes[e.inputType];
    if (kind) {
      e.preventDefault();
      refused(why[kind]);
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
      field.value = kept(field.dataset.typed, field.dataset.call);
      refused(why.fill);
      return;
    }
    typed(field.dataset.typed, field.dataset.call, field.value);
  });
}
