/** On which media server something new goes: shared load, draining servers, full ones. */
package io.castmesh.media.placement;
