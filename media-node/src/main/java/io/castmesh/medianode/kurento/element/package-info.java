/**
 * What each type of media object can do: its operations, its events, and how they map onto the
 * media engine. All types are listed in {@link io.castmesh.medianode.kurento.element.ObjectTypes}.
 */
package io.castmesh.medianode.kurento.element;
