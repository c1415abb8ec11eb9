package mesh.ambit.istiod.app;

/** Objects as a person writes them; each text is one YAML document. */
final class Shop {
    private Shop() {}

    static String pod(String name, String node, String address) {
        return """
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: %1$s, namespace: shop, labels: {app: %1$s}}
                spec: {serviceAccountName: %1$s, nodeName: %2$s, containers: [{name: main}]}
                status: {phase: Running, podIP: %3$s, conditions: [{type: Ready, status: "True"}]}
                """.formatted(name, node, address);
    }

    static String service(String name) {
        return """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: %1$s, namespace: shop}
                spec: {selector: {app: %1$s}, ports: [{port: 80}]}
                """.formatted(name);
    }

    static String policy(String name) {
        return """
                ---
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: %s, namespace: shop}
                spec: {action: ALLOW, rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/web]}}]}]}
                """.formatted(name);
    }
}
