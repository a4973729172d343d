/**
 * The language of the mesh: what can be asked of whom ({@link io.castmesh.contract.Endpoint}), what
 * is told to everybody who listens ({@link io.castmesh.contract.Topic}), the immutable records that
 * travel, and every failure that a stranger may see ({@link io.castmesh.contract.Failure}).
 *
 * <p>A program that wants to take part in the bus needs this module and Vert.x core, nothing else.
 * The outer interfaces are described beside it: {@code openrpc.json} and {@code openapi.json} among
 * the resources; the gateway validates what it receives with them and serves them.
 */
package io.castmesh.contract;
