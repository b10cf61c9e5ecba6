// Status
import { h, Heading, html } from "./ui.js";
import { t } from "./words.js";

export const Status = () => html`<div class="page-head">${h(Heading, { children: t("Status") })}</div>`;
