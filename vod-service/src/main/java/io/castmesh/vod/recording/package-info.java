/** From a finished recording to a video: probing, repairing, thumbnail, registration. */
package io.castmesh.vod.recording;
