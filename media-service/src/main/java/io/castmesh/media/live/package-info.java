/** Lives: one presenter, recorded unless asked not to, and any number of viewers. */
package io.castmesh.media.live;
