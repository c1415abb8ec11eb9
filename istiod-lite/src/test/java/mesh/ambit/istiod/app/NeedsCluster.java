package mesh.ambit.istiod.app;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Tests that need a real API server, and are left out where none is named. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIfEnvironmentVariable(
        named = KubeCluster.VARIABLE,
        matches = ".+",
        disabledReason = "needs a cluster: set " + KubeCluster.VARIABLE + " to a kubeconfig")
@interface NeedsCluster {}
