import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Scale } from "../scale/scale";

const STEPS = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    Enter: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
};

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
        this.state = useState({
            criteria: [],
            clients: [],
            changes: {},
            invalid: {},
            notes: {},
            saving: false,
        });
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

    get mistakes() {
        return Object.keys(this.state.invalid).length;
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

    getText(client, criterion) {
        return this.state.invalid[this.getKey(client, criterion)] ?? this.getValue(client, criterion);
    }

    onInput(client, criterion, ev) {
        const key = this.getKey(client, criterion);
        const text = ev.target.value.trim();
        const value = Number(text);
        delete this.state.invalid[key];
        if (text === "") {
            // Scores are not taken back: an emptied cell goes back to what is known.
            delete this.state.changes[key];
            ev.target.value = this.getValue(client, criterion) ?? "";
        } else if (Number.isInteger(value) && value >= 0 && value <= criterion.scale) {
            this.setValue(client, criterion, value);
        } else {
            delete this.state.changes[key];
            this.state.invalid[key] = text;
            const { name, scale } = criterion;
            const message = _t("“%(criterion)s” is scored from 0 to %(scale)s.", { criterion: name, scale });
            this.notification.add(message, { type: "warning" });
        }
    }

    /** Move through the grid as through a spreadsheet. */
    onGridKeydown(ev) {
        const step = STEPS[ev.key];
        const cell = ev.target.closest("td");
        if (!step || !cell) {
            return;
        }
        ev.preventDefault();
        const row = cell.closest("tbody").rows[cell.parentElement.sectionRowIndex + step[0]];
        const input = row?.cells[cell.cellIndex + step[1]]?.querySelector("input");
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
