import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { ServerPanel } from "../card/server_panel";

/** A page that the server draws for what it is asked: who comes back to it finds what was asked last. */
export class ServerPage extends ServerPanel {
    static props = { ...standardActionServiceProps };

    setup() {
        super.setup();
        this.wanted = this.props.state?.wanted ?? this.getFirstWanted();
        useSetupAction({ getLocalState: () => ({ wanted: { ...this.wanted } }) });
    }

    /** What is asked at first: each page knows what it can be asked. */
    getFirstWanted() {
        return {};
    }

    want(argument, value) {
        this.wanted[argument] = value;
        return this.load();
    }
}
