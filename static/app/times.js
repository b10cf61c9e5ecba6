// How long calls took
import { h, Heading, html } from "./ui.js";
import { t } from "./words.js";

export const Times = () => html`<div class="page-head">${h(Heading, { children: t("How long calls took") })}</div>`;
