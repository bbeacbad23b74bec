import { Component } from "@odoo/owl";

/** A row of numbers to press: the quickest way to say how much of something there is. */
export class Scale extends Component {
    static template = "client_base.Scale";
    static props = {
        min: { type: Number, optional: true },
        max: Number,
        // null: nobody said anything yet
        value: { validate: (value) => value === null || typeof value === "number" },
        label: { type: String, optional: true },
        readonly: { type: Boolean, optional: true },
        onChange: Function,
    };
    static defaultProps = { min: 0, label: "", readonly: false };

    get steps() {
        const { min, max } = this.props;
        return Array.from({ length: max - min + 1 }, (_, index) => min + index);
    }

    getName(step) {
        return this.props.min < 0 && step > 0 ? `+${step}` : String(step).replace("-", "−");
    }

    getTone(step) {
        if (step !== this.props.value) {
            return "";
        }
        if (this.props.min >= 0) {
            return "btn-primary";
        }
        return step < 0 ? "btn-danger" : step > 0 ? "btn-success" : "btn-secondary";
    }

    onKeydown(ev) {
        const { min, max, readonly } = this.props;
        const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[ev.key];
        if (!step || readonly) {
            return;
        }
        ev.preventDefault();
        const value = (this.props.value ?? min - Math.max(step, 0)) + step;
        const chosen = Math.min(max, Math.max(min, value));
        ev.currentTarget.children[chosen - min].focus();
        this.props.onChange(chosen);
    }
}
