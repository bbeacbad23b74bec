import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Scale } from "../scale/scale";

/**
 * The sheet on which clients are scored: one client as questions with a scale each, many as a grid.
 * Nothing is saved before the button is pressed; then only what was changed, all of it or nothing.
 */
export class Scoring extends Component {
    static template = "client_base.Scoring";
    static components = { Layout, Scale };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({ criteria: [], clients: [], changes: {}, notes: {}, saving: false });
        const ids = this.props.action.params.partner_ids ?? this.props.state?.partner_ids ?? [];
        useSetupAction({
            beforeLeave: () => !this.count || window.confirm(_t("Leave without saving the scores?")),
            getLocalState: () => ({ partner_ids: ids }),
        });
        onWillStart(async () => {
            Object.assign(this.state, await this.orm.call("client.score", "get_sheet", [ids]));
        });
    }

    get single() {
        return this.state.clients.length === 1 ? this.state.clients[0] : null;
    }

    get pillars() {
        const groups = Map.groupBy(this.state.criteria, (criterion) => criterion.pillar);
        return [...groups.values()].map((criteria) => ({ name: criteria[0].pillar_name, criteria }));
    }

    get count() {
        return Object.keys(this.state.changes).length;
    }

    applies(client, criterion) {
        return !criterion.channel_ids.length || criterion.channel_ids.includes(client.channel_id);
    }

    getKey(client, criterion) {
        return `${client.id},${criterion.id}`;
    }

    getValue(client, criterion) {
        return this.state.changes[this.getKey(client, criterion)] ?? client.scores[criterion.id] ?? null;
    }

    isChanged(client, criterion) {
        return this.getKey(client, criterion) in this.state.changes;
    }

    setValue(client, criterion, value) {
        const key = this.getKey(client, criterion);
        if (value === (client.scores[criterion.id] ?? null)) {
            delete this.state.changes[key];
        } else {
            this.state.changes[key] = value;
        }
    }

    onInput(client, criterion, ev) {
        const text = ev.target.value.trim();
        const value = Number(text);
        if (text === "") {
            ev.target.classList.remove("is-invalid");
            delete this.state.changes[this.getKey(client, criterion)];
        } else if (!Number.isInteger(value) || value < 0 || value > criterion.scale) {
            ev.target.classList.add("is-invalid");
            this.notification.add(
                _t("“%(criterion)s” is scored from 0 to %(scale)s.", { criterion: criterion.name, scale: criterion.scale }),
                { type: "warning" }
            );
        } else {
            ev.target.classList.remove("is-invalid");
            this.setValue(client, criterion, value);
        }
    }

    /** Move through the grid as through a spreadsheet. */
    onGridKeydown(ev) {
        const [rows, columns] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[ev.key] ?? [];
        const cell = ev.target.closest("td");
        if (rows === undefined || !cell) {
            return;
        }
        ev.preventDefault();
        const row = rows ? cell.parentElement[rows > 0 ? "nextElementSibling" : "previousElementSibling"] : cell.parentElement;
        const input = row?.cells[cell.cellIndex + columns]?.querySelector("input");
        input?.focus();
        input?.select();
    }

    async save() {
        const scores = Object.entries(this.state.changes).map(([key, value]) => {
            const [partner_id, criterion_id] = key.split(",").map(Number);
            return { partner_id, criterion_id, value, note: this.state.notes[key] ?? "" };
        });
        this.state.saving = true;
        try {
            await this.orm.call("client.score", "save_sheet", [scores]);
        } finally {
            this.state.saving = false;
        }
        this.state.changes = {};
        this.notification.add(_t("Scores saved: %s", scores.length), { type: "success" });
        this.close();
    }

    close() {
        this.state.changes = {};
        if (this.single) {
            this.action.doAction({ type: "ir.actions.act_window_close" });
        } else {
            this.env.config.historyBack();
        }
    }
}

registry.category("actions").add("client_base.scoring", Scoring);
