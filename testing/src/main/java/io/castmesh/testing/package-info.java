/**
 * What the tests of services stand on: a real MariaDB and a real Redis, a mesh on them, and waits
 * that say what is still missing.
 *
 * <p>The databases are started once for each JVM and emptied for each test class; every class has a
 * mesh of its own.
 */
package io.castmesh.testing;
