/**
 * The thread that everything happens on: one UDP socket, one selector, tasks from other threads and
 * a tick. Several loops could share the load one day; nothing in here is static.
 */
package io.castmesh.medianode.engine.loop;
