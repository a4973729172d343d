package io.castmesh.medianode.engine.record;

import io.castmesh.medianode.engine.MediaKind;

/**
 * A frame on its way to the file.
 *
 * @param timeMillis since the recording's beginning
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record MediaFrame(MediaKind kind, long timeMillis, boolean keyFrame, byte[] data) {}
