import { useExternalListener } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

import { ClientPanel } from "./client_panel";

const SVG = "http://www.w3.org/2000/svg";
const DRAG_DISTANCE = 6;

/** The people who decide at a client; drawing a line from one to another enters an influence. */
export class InfluenceMap extends ClientPanel {
    static template = "client_base.InfluenceMap";

    setup() {
        super.setup();
        this.state.hint = "";
        this.from = null;
        this.line = null;
        this.dragged = false;
        useExternalListener(window, "pointermove", (ev) => this.onPointermove(ev));
        useExternalListener(window, "pointerup", (ev) => this.onPointerup(ev));
        useExternalListener(window, "pointercancel", () => this.drop());
    }

    getPerson(element) {
        return element?.closest?.(".o_client_map_person");
    }

    onPointerdown(ev) {
        this.dragged = false;
        const person = this.getPerson(ev.target);
        if (person && ev.button === 0 && !this.props.readonly) {
            ev.preventDefault();
            if (this.from) {
                this.unmark();
            }
            this.from = person;
            this.start = [ev.clientX, ev.clientY];
        }
    }

    onPointermove(ev) {
        if (!this.start) {
            return;
        }
        const [x, y] = this.start;
        if (!this.line && Math.hypot(ev.clientX - x, ev.clientY - y) > DRAG_DISTANCE) {
            this.line = this.addLine(this.from.ownerSVGElement);
        }
        if (this.line) {
            this.stretch(ev);
        }
    }

    addLine(svg) {
        const line = document.createElementNS(SVG, "line");
        line.classList.add("o_client_map_line");
        return svg.appendChild(line);
    }

    stretch(ev) {
        const toPicture = this.line.ownerSVGElement.getScreenCTM().inverse();
        const start = new DOMPoint(...this.start).matrixTransform(toPicture);
        const end = new DOMPoint(ev.clientX, ev.clientY).matrixTransform(toPicture);
        const ends = { x1: start.x, y1: start.y, x2: end.x, y2: end.y };
        for (const [name, value] of Object.entries(ends)) {
            this.line.setAttribute(name, value);
        }
    }

    onPointerup(ev) {
        if (!this.start) {
            return;
        }
        const { from, line } = this;
        this.drop();
        if (line) {
            // The click that follows is not meant for the person.
            this.dragged = true;
            this.link(from, this.getPerson(document.elementFromPoint(ev.clientX, ev.clientY)));
        }
    }

    /** End the drawing, whether it came to a person or the browser took the touch for its own. */
    drop() {
        if (this.start) {
            this.line?.remove();
            this.start = this.line = this.from = null;
        }
    }

    /** Among many arrows, those of the person that is pointed at stand out. */
    onPointerover(ev) {
        const id = this.getPerson(ev.target)?.dataset.id;
        for (const influence of this.root.el.querySelectorAll(".o_client_map_influence")) {
            const { from, to } = influence.dataset;
            influence.classList.toggle("o_client_map_faded", Boolean(id) && from !== id && to !== id);
        }
    }

    onClick(ev) {
        if (this.dragged) {
            this.dragged = false;
            return;
        }
        super.onClick(ev);
    }

    onKeydown(ev) {
        const person = this.getPerson(ev.target);
        const plain = !ev.ctrlKey && !ev.altKey && !ev.metaKey;
        if (person && plain && ev.key.toLowerCase() === "l" && !this.props.readonly) {
            this.linkByKeyboard(person);
        } else if (ev.key === "Escape" && this.from) {
            ev.stopPropagation();
            this.unmark();
        } else {
            super.onKeydown(ev);
        }
    }

    linkByKeyboard(person) {
        if (this.from && this.from !== person) {
            const from = this.from;
            this.unmark();
            this.link(from, person);
        } else {
            this.from = person;
            person.classList.add("o_client_map_from");
            this.state.hint = _t("Choose whom this person influences, then press L. Escape ends.");
        }
    }

    unmark() {
        this.from.classList.remove("o_client_map_from");
        this.from = null;
        this.state.hint = "";
    }

    link(from, to) {
        if (!to || from === to) {
            return;
        }
        const known = from.ownerSVGElement.querySelector(
            `[data-from="${from.dataset.id}"][data-to="${to.dataset.id}"]`
        );
        if (known) {
            this.follow(known);
            return;
        }
        this.openDialog({
            resModel: "client.dmu.influence",
            title: _t("Influence"),
            context: {
                default_influencer_id: Number(from.dataset.id),
                default_influenced_id: Number(to.dataset.id),
            },
        });
    }
}

registry.category("view_widgets").add("client_influence_map", {
    component: InfluenceMap,
    extractProps: () => ({ name: "people" }),
});
