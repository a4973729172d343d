/**
 * What every service does alike: reads its settings, starts Vert.x, speaks on the typed bus,
 * reaches MySQL and Redis, answers on the management port, drains and stops. Owns no business
 * state.
 */
package io.castmesh.runtime;
