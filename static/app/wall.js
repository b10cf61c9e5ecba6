// Wall
import { h, Heading, html } from "./ui.js";
import { t } from "./words.js";

export const Wall = () => html`<div class="page-head">${h(Heading, { children: t("Wall") })}</div>`;
