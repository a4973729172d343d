/** The log of calls: it waits in Redis until MySQL has it, so that calls never wait for MySQL. */
package io.castmesh.call.history;
