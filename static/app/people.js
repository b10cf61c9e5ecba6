// People
import { h, Heading, html } from "./ui.js";
import { t } from "./words.js";

export const People = () => html`<div class="page-head">${h(Heading, { children: t("People") })}</div>`;
