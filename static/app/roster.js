// Roster
import { h, Heading, html } from "./ui.js";
import { t } from "./words.js";

export const RosterPage = () => html`<div class="page-head">${h(Heading, { children: t("Roster") })}</div>`;
