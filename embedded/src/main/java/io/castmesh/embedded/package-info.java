/**
 * A real MariaDB and a real Redis for a castmesh that runs on one machine, so that a newcomer
 * installs nothing.
 *
 * <p>State: everything lies in a data folder, {@code mariadb/} and {@code redis/}, and survives
 * restarts and kills; the unpacked programs lie in a cache folder of the user. The servers listen
 * on 127.0.0.1 only, on ports of their own choice, behind passwords made at the first start.
 *
 * <p>The servers are child processes that end with this JVM, however it ends: see {@link
 * io.castmesh.embedded.Child}. All calls block and belong on a thread that may.
 */
package io.castmesh.embedded;
