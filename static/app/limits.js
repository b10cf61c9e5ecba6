// Limits
import { h, Heading, html } from "./ui.js";
import { t } from "./words.js";

export const Limits = () => html`<div class="page-head">${h(Heading, { children: t("Limits") })}</div>`;
