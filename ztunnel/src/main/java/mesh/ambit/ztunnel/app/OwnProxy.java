package mesh.ambit.ztunnel.app;

import mesh.ambit.ztunnel.inpod.PodProxy;

/** A proxy whose ports can be open before it takes connections. */
interface OwnProxy extends PodProxy {
    /** Takes connections from now on, first those that have come meanwhile. */
    void begin();
}
