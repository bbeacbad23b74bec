import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Scale } from "./scale";

/** An integer within a short range: options ``min`` (0 unless given) and ``max``. */
export class ScaleField extends Component {
    static template = "client_base.ScaleField";
    static components = { Scale };
    static props = { ...standardFieldProps, min: { type: Number, optional: true }, max: Number };

    onChange(value) {
        this.props.record.update({ [this.props.name]: value });
    }
}

registry.category("fields").add("client_scale", {
    component: ScaleField,
    supportedTypes: ["integer"],
    extractProps: ({ options }) => ({ min: options.min, max: options.max }),
});
