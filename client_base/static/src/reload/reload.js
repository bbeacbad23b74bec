import { onMounted, onWillUnmount, useComponent, useState } from "@odoo/owl";

/**
 * Reads the component's record anew every so many seconds, as long as `isGoingOn(record)` says so.
 *
 * What somebody is writing is not taken away. Nothing is asked again before the last answer has come, and nothing
 * more once one has failed: that is told once, and not every few seconds. Whether it came to that is in what this
 * returns, `{ stopped }`.
 */
export function useReload(seconds, isGoingOn) {
    const component = useComponent();
    const state = useState({ stopped: false });
    let timer;
    let waiting = false;
    const stop = () => clearInterval(timer);

    async function look() {
        const { record } = component.props;
        if (waiting || !isGoingOn(record)) {
            return;
        }
        waiting = true;
        try {
            if (!(await record.isDirty())) {
                await record.load();
                record.model.notify();
            }
        } catch (error) {
            stop();
            state.stopped = true;
            throw error;
        } finally {
            waiting = false;
        }
    }

    onMounted(() => {
        timer = setInterval(look, seconds * 1000);
    });
    onWillUnmount(stop);
    return state;
}
