// Enter a result by hand
import { h, Heading, html } from "./ui.js";
import { t } from "./words.js";

export const ByHand = () => html`<div class="page-head">${h(Heading, { children: t("Enter a result by hand") })}</div>`;
