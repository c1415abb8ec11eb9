package mesh.ambit.ztunnel.outbound;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/** What a name that an application gives to the SOCKS5 port stands for. */
@FunctionalInterface
public interface SocksNames {
    /** Returns the IPv4 address, since that is what the port is reached by; completes on {@code loop}. */
    Future<InetAddress> resolve(OutboundContext context, String name, EventLoop loop);

    /** Names of the mesh's services as the pod's workload sees them, then whatever our own resolver knows. */
    SocksNames MESH_THEN_HOSTS = SocksNames::meshThenHosts;

    private static Future<InetAddress> meshThenHosts(OutboundContext context, String name, EventLoop loop) {
        Promise<InetAddress> result = loop.newPromise();
        context.pod().await(loop).addListener((Future<Workload> local) -> {
            if (!local.isSuccess()) {
                result.tryFailure(local.cause());
                return;
            }
            InetAddress vip = vipOf(context.mesh().current(), local.getNow(), name);
            if (vip != null) {
                result.trySuccess(vip);
                return;
            }
            context.plane()
                    .hosts()
                    .resolve(local.getNow(), name, loop)
                    .addListener((Future<List<InetAddress>> done) -> answer(result, name, done));
        });
        return result;
    }

    private static @Nullable InetAddress vipOf(MeshSnapshot mesh, Workload local, String name) {
        Service service = mesh.findServiceByHostname(name, local.namespace());
        if (service != null) {
            for (NetworkAddress vip : service.vips()) {
                if (vip.network().equals(local.network()) && vip.address() instanceof Inet4Address) {
                    return vip.address();
                }
            }
        }
        return null;
    }

    private static void answer(Promise<InetAddress> result, String name, Future<List<InetAddress>> done) {
        if (!done.isSuccess()) {
            result.tryFailure(done.cause());
            return;
        }
        for (InetAddress address : done.getNow()) {
            if (address instanceof Inet4Address) {
                result.trySuccess(address);
                return;
            }
        }
        result.tryFailure(new UnknownHostException("no IPv4 address of " + name));
    }
}
