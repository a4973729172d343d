/**
 * Everything in one JVM: the five services as they run in a cluster, on a MariaDB, a Redis and a
 * media node of their own unless the settings name others. Owns no state besides these three.
 */
package io.castmesh.standalone;
