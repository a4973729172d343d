/**
 * Which instance has a live or call: finding it, taking over what a dead one had, handing over when
 * this one stops.
 */
package io.castmesh.media.ownership;
