/**
 * vod-service: recordings that can be watched.
 *
 * <p>Owns the list of videos (MySQL) and the files of finished recordings. A recording that cannot
 * be registered yet waits in the recordings folder, beside the ticket that says whose it is: the
 * folder is the queue, so nothing recorded is lost while MySQL, Redis or this service is away. Any
 * number of instances may share the folder.
 *
 * <p>Answers {@code Videos} of the contract, and HTTP with ranges for the bytes; hears {@code
 * Media.RECORDING_ENDED}; asks {@code Media.LIVES}; emits, to the owner, {@code video.ready}.
 */
package io.castmesh.vod;
