/** The codecs that the engine forwards, records and plays, and what it has to know of each. */
package io.castmesh.medianode.engine.codec;
