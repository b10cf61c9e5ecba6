// What is over; and the way to a call that was not made to this person.

import { Glass } from "./answers.js";
import { Over } from "./list.js";
import { me } from "./state.js";
import { h, Heading, html } from "./ui.js";
import { t } from "./words.js";

export const Past = () => html`<div class="page-head"><div>${h(Heading, { children: t("Past calls") })}<p>${t("What was called to you in the last 12 hours, the newest first.")}</p></div></div>${h(Over, { most: 1000 })}
  ${me.value?.receives ? html`<section class="panel stack" aria-labelledby="by-ref"><h2 id="by-ref">${t("A call that was not made to you")}</h2>${h(Glass, { call: undefined })}</section>` : null}`;
