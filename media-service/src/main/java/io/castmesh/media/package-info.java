/**
 * media-service: lives and the media of calls, on whatever speaks the Kurento protocol.
 *
 * <p>Owns media sessions and pipelines: those that an instance has made are in its memory, and
 * written down in Redis ({@link io.castmesh.media.registry}) so that any instance finds them and a
 * living one clears up after a dead one. A question about something of another instance is handed
 * on to it.
 *
 * <p>Answers {@code Media} of the contract; asks {@code Audience} and {@code Presence}; hears
 * {@code Clients.SESSION_ENDED}; emits {@code Media.RECORDING_ENDED} and, to clients, {@code
 * live.started}, {@code media.candidate} and {@code media.state}.
 */
package io.castmesh.media;
