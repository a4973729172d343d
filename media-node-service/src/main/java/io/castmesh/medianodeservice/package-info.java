/**
 * The media node as a process of its own, with the settings, the management port and the orderly
 * end of every process of castmesh. It stands apart because the node itself knows nothing of us,
 * and because an image of it holds no service. It is not on the event bus and owns no state; what
 * it answers and emits is the Kurento protocol.
 */
package io.castmesh.medianodeservice;
