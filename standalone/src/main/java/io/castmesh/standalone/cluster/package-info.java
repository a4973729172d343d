/**
 * A cluster on one machine: every service a process of its own, several of each, behind HAProxy, on
 * the databases and media nodes that come along or that the settings name.
 *
 * <p>{@link io.castmesh.standalone.cluster.ClusterPlan} says which processes there are and how each
 * is started; a {@link io.castmesh.standalone.cluster.Supervised} keeps one of them running on a
 * thread of its own; {@link io.castmesh.standalone.cluster.Supervisor} starts and stops them in
 * order; {@link io.castmesh.standalone.cluster.Control} takes an operator's orders.
 *
 * <p>State: in the data folder {@code processes.json} (who runs where, for programs), {@code
 * cluster/} (the control port's secret, HAProxy's configuration, a folder of each process) and
 * {@code logs/}. No process outlives the supervisor, however it ends.
 */
package io.castmesh.standalone.cluster;
