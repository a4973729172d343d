package io.castmesh.runtime;

import io.castmesh.runtime.bus.Bus;
import io.castmesh.runtime.bus.ClientMessenger;
import io.castmesh.runtime.cluster.Peers;
import io.castmesh.runtime.config.RuntimeConfig;
import io.castmesh.runtime.life.Freeze;
import io.castmesh.runtime.life.Lifecycle;
import io.castmesh.runtime.life.Management;
import io.castmesh.runtime.store.RedisStore;
import io.castmesh.runtime.trace.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;

/**
 * What every service of a process is given.
 *
 * @param node this process's id in the cluster: fresh at every start, so that what a dead process
 *     has left behind can be told from what a living one owns
 * @param mysql shared by the services of this process; bounded
 */
public record Mesh(
    Vertx vertx,
    String node,
    RuntimeConfig config,
    Bus bus,
    ClientMessenger clients,
    Peers peers,
    Pool mysql,
    RedisStore redis,
    Lifecycle lifecycle,
    Management management,
    Freeze freeze,
    MeterRegistry metrics,
    Tracing tracing) {}
