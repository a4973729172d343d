/**
 * call-service: calls between two people.
 *
 * <p>Owns the calls that go on (Redis; {@link io.castmesh.call.state}) and the log of those that
 * have ended (MySQL; {@link io.castmesh.call.history}). Any number of instances may run: every
 * change is one atomic step in Redis, and whoever makes it tells the people concerned.
 *
 * <p>Answers {@code Calls} of the contract; hears {@code Clients.SESSION_ENDED}; asks {@code
 * Accounts}, {@code Presence} and {@code Media}; emits, to clients, {@code call.incoming}, {@code
 * call.ringing}, {@code call.accepted}, {@code call.rejected} and {@code call.ended}.
 */
package io.castmesh.call;
