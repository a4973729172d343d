/**
 * What castmesh counts and measures of itself. {@link io.castmesh.runtime.metrics.Metric} is the
 * catalogue: every meter of ours is made from it, so that names, units and labels stand in one
 * place, and {@code docs/metrics.md}, dashboards and alerts can be held against it.
 *
 * <p>No label grows with users, rooms or nodes: each has a set of values that the code closes.
 */
package io.castmesh.runtime.metrics;
