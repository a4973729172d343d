/**
 * What administrators see and do: who is one ({@code accounts.role}, read from MySQL at every
 * request, never from a token), people, what they did ({@code admin_actions}) and the last hour of
 * the mesh in figures ({@code admin:history} in Redis).
 *
 * <p>Owns no state of rooms, calls or media: it asks the services that do. The doors are in {@code
 * http.AdminRoutes}.
 */
package io.castmesh.gateway.admin;
