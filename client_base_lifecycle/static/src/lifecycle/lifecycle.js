import { registry } from "@web/core/registry";

import { ServerPage } from "@client_base/day/server_page";

/** The pages of the lifecycle, drawn by the server: which one, and for what period, it is told. */
export class LifecyclePage extends ServerPage {
    static template = "client_base_lifecycle.Page";

    getFirstWanted() {
        return { ...this.props.action.params };
    }

    fetch() {
        return this.orm.silent.call("client.lifecycle.page", "get_page", [this.wanted]);
    }

    /** A date was chosen in the calendar; one that is being typed changes with every key. */
    onChange(ev) {
        if (ev.target !== this.typed) {
            this.askFor(ev.target);
        }
    }

    onKeydown(ev) {
        if (ev.target.type !== "date") {
            super.onKeydown(ev);
        } else if (ev.key === "Enter") {
            this.askFor(ev.target);
        } else {
            this.typed = ev.target;
        }
    }

    onFocusout(ev) {
        if (ev.target === this.typed) {
            this.askFor(ev.target);
        }
    }

    /** Ask for what an input says, unless it says nothing new, or no whole date within reach: then it says what it did. */
    askFor(input) {
        this.typed = null;
        if (!input.value || !input.checkValidity()) {
            input.value = input.defaultValue;
        } else if (input.dataset.argument && input.value !== input.defaultValue) {
            this.want(input.dataset.argument, input.value);
        }
    }

    async follow(target) {
        const { argument, value, call, id } = target.dataset;
        if (target.tagName === "INPUT") {
            return;
        }
        if (argument) {
            this.want(argument, value);
        } else if (call) {
            const [model, method] = call.split(":");
            const action = await this.orm.call(model, method, [Number(id)]);
            await (action ? this.action.doAction(action) : this.load());
        } else if (target.dataset.act) {
            this.action.doAction(target.dataset.act);
        } else if (target.dataset.card) {
            this.action.doAction({
                type: "ir.actions.act_window",
                res_model: "res.partner",
                res_id: Number(target.dataset.card),
                views: [[false, "form"]],
            });
        } else {
            super.follow(target);
        }
    }

    want(argument, value) {
        // A period by name and one by dates exclude each other.
        if (argument === "period") {
            delete this.wanted.from;
            delete this.wanted.to;
        }
        return super.want(argument, value);
    }

    onClick(ev) {
        const target = ev.target.closest("[data-card], [data-act]");
        if (target) {
            this.follow(target);
        } else {
            super.onClick(ev);
        }
    }
}

registry.category("actions").add("client_base_lifecycle.page", LifecyclePage);
